import type { FrameMessage, FrameRequest } from '../frame-messages.js';
import './frame.css';

// Runs in the frame of an output, which has an opaque origin: whatever it shows is as far from the page as another site.

const send = (message: FrameMessage) => parent.postMessage(message, '*');
let shown: string | undefined;
let sentHeight = -1;

/** Scripts of a fragment run when it is put into the document. */
function show({ html, dark }: FrameRequest): void {
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  if (html === shown) return;
  shown = html;
  const range = document.createRange();
  range.selectNode(document.body);
  document.body.replaceChildren(range.createContextualFragment(html));
}

function sendHeight(): void {
  const height = Math.ceil(document.documentElement.getBoundingClientRect().height);
  if (height === sentHeight) return;
  sentHeight = height;
  send({ type: 'height', height });
}

addEventListener('message', ({ source, data }: MessageEvent) => {
  if (source === parent && (data as Partial<FrameRequest> | null)?.type === 'show')
    show(data as FrameRequest);
});
new ResizeObserver(sendHeight).observe(document.documentElement);
send({ type: 'ready' });
