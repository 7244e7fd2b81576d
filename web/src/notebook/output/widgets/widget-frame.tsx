import { useEffect, useRef, useState } from 'react';
import { isDark } from '../../../theme/is-dark.js';
import { maxFrameHeight } from '../frame-messages.js';
import { MessageLimit, readMessage } from './message-limit.js';
import type { WidgetSession } from './notebook-widgets.js';
import type { WidgetFrameMessage, WidgetFrameRequest, WidgetMessage } from './widget-messages.js';

/**
 * A widget in a frame that has an origin of its own, no network and no scripts but ours. Of what the frame sends, only its height
 * counts, and messages on comms that the session has: those are sent to the kernel.
 */
export function WidgetFrame({
  session,
  modelId,
  title,
}: {
  session: WidgetSession;
  modelId: string;
  title: string;
}) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [height, setHeight] = useState(32);
  useEffect(() => connect(frame, { session, modelId, setHeight }), [session, modelId]);
  return (
    <iframe
      ref={frame}
      className="frame-output"
      title={title}
      loading="lazy"
      src="/widgets.html"
      sandbox="allow-scripts"
      referrerPolicy="no-referrer"
      style={{ height }}
    />
  );
}

/** Connects a frame with the comms of its session. @returns what ends that */
function connect(
  frame: { readonly current: HTMLIFrameElement | null },
  {
    session: { comms, isReadOnly },
    modelId,
    setHeight,
  }: { session: WidgetSession; modelId: string; setHeight(height: number): void },
): () => void {
  const limit = new MessageLimit();
  const post = (request: WidgetFrameRequest) => frame.current?.contentWindow?.postMessage(request, '*');
  const draw = () => {
    post({ type: 'theme', dark: isDark() });
    post({ type: 'draw', modelId, models: new Map(comms.models), isReadOnly });
  };
  const send = async (message: WidgetMessage) => {
    const { commId, messageId } = message;
    const isTaken = !isReadOnly && comms.models.has(commId) && limit.begin(performance.now());
    if (!isTaken) return post({ type: 'sent', commId, messageId, isRefused: true });
    const isRefused = await comms.send(message).then(
      () => false,
      () => true,
    );
    limit.done();
    post({ type: 'sent', commId, messageId, isRefused });
  };
  const receive = ({ source, data }: MessageEvent) => {
    if (!source || source !== frame.current?.contentWindow) return;
    const message = data as Partial<WidgetFrameMessage> | null;
    if (message?.type === 'ready') draw();
    else if (message?.type === 'height' && Number.isFinite(message.height))
      setHeight(Math.min(Math.max(Number(message.height), 0), maxFrameHeight));
    else if (message?.type === 'send') {
      const read = readMessage(message);
      const { commId, messageId } = message;
      if (read) void send(read);
      else if (typeof commId === 'string' && typeof messageId === 'string')
        post({ type: 'sent', commId, messageId, isRefused: true });
    }
  };
  addEventListener('message', receive);
  const theme = new MutationObserver(() => post({ type: 'theme', dark: isDark() }));
  theme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  const leave = comms.follow({ onModels: draw, onChange: (change) => post({ type: 'changed', change }) });
  draw();
  return () => {
    removeEventListener('message', receive);
    theme.disconnect();
    leave();
  };
}
