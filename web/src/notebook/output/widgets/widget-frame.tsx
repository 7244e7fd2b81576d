import { type RefObject, useLayoutEffect, useRef, useState } from 'react';
import { isDark, onThemeChange } from '../../../theme/is-dark.js';
import { maxFrameHeight } from '../frame-messages.js';
import { OutputFrame } from '../output-frame.js';
import { MessageLimit, readMessage } from './message-limit.js';
import type { WidgetSession } from './notebook-widgets.js';
import { ShownModels } from './shown-models.js';
import type { WidgetFrameMessage, WidgetFrameRequest, WidgetMessage } from './widget-messages.js';
import type { CommChange } from './widget-models.js';

/**
 * A widget in a frame that has an origin of its own, no network and no scripts but ours. Of what the frame sends, only its height
 * counts, and messages on comms of the models that it has: those are sent to the kernel.
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
  const isReady = useRef(false);
  // Before the frame can have said that it is ready.
  useLayoutEffect(() => connect(frame, { session, modelId, setHeight, isReady }), [session, modelId]);
  return <OutputFrame frame={frame} src="/widgets.html" title={title} height={height} />;
}

/** Connects a frame with the comms of its session. @returns what ends that */
function connect(
  frame: { readonly current: HTMLIFrameElement | null },
  {
    session: { comms, isReadOnly },
    modelId,
    setHeight,
    isReady,
  }: {
    session: WidgetSession;
    modelId: string;
    setHeight(height: number): void;
    /** Whether the frame takes messages. */
    isReady: RefObject<boolean>;
  },
): () => void {
  const limit = new MessageLimit();
  const post = (request: WidgetFrameRequest) => frame.current?.contentWindow?.postMessage(request, '*');
  let shown: ShownModels | undefined;
  const draw = () => {
    if (!isReady.current) return;
    shown = new ShownModels(comms.models);
    post({ type: 'theme', dark: isDark() });
    post({ type: 'draw', modelId, models: shown.begin(modelId), isReadOnly });
  };
  const onChange = (change: CommChange) => {
    if (!shown) return;
    const { added, isShown } = shown.take(change);
    if (added.size > 0) post({ type: 'models', models: added });
    if (isShown) post({ type: 'changed', change });
  };
  const send = async (message: WidgetMessage) => {
    const { commId, messageId } = message;
    const isTaken = !isReadOnly && shown?.has(commId) === true && limit.begin(performance.now());
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
    if (message?.type === 'ready') {
      isReady.current = true;
      draw();
    } else if (message?.type === 'height' && Number.isFinite(message.height))
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
  const leaveTheme = onThemeChange(() => post({ type: 'theme', dark: isDark() }));
  const leave = comms.follow({ onModels: draw, onChange });
  draw();
  return () => {
    removeEventListener('message', receive);
    leaveTheme();
    leave();
  };
}
