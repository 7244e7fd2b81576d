import '@lumino/widgets/style/index.css';
import '@jupyter-widgets/base/css/index.css';
import '@jupyter-widgets/controls/css/widgets.css';
import './widgets.css';
import type { WidgetFrameMessage, WidgetFrameRequest } from '../widget-messages.js';
import { FrameManager } from './frame-manager.js';

// Runs in the frame of a widget, which has an opaque origin: whatever a kernel makes it show is as far from the page as another site.

const send = (message: WidgetFrameMessage) => parent.postMessage(message, '*');
let manager: FrameManager | undefined;
let sentHeight = -1;

function draw({ modelId, models, isReadOnly }: Extract<WidgetFrameRequest, { type: 'draw' }>): void {
  const host = document.createElement('div');
  document.body.replaceChildren(host);
  manager = new FrameManager({ models, isReadOnly, send });
  manager.draw(modelId, host).catch(() => host.replaceChildren('This widget cannot be shown.'));
}

function take(request: WidgetFrameRequest): void {
  switch (request.type) {
    case 'draw':
      draw(request);
      break;
    case 'theme':
      document.documentElement.dataset.theme = request.dark ? 'dark' : 'light';
      break;
    case 'models':
      manager?.add(request.models);
      break;
    case 'changed':
      manager?.take(request.change);
      break;
    case 'sent':
      manager?.sent(request.messageId, request.commId, request.isRefused);
  }
}

function sendHeight(): void {
  const height = Math.ceil(document.documentElement.getBoundingClientRect().height);
  if (height === sentHeight) return;
  sentHeight = height;
  send({ type: 'height', height });
}

addEventListener('message', ({ source, data }: MessageEvent) => {
  if (source === parent) take(data as WidgetFrameRequest);
});
new ResizeObserver(sendHeight).observe(document.documentElement);
send({ type: 'ready' });
