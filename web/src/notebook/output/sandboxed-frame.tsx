import { useEffect, useRef, useState } from 'react';
import { useIsDark } from '../../theme/is-dark.js';
import {
  type ChartRequest,
  type DocumentRequest,
  type FrameMessage,
  maxFrameHeight,
  maxReasonChars,
} from './frame-messages.js';
import { OutputFrame } from './output-frame.js';

/** What a frame shows; whether the page is dark is added when it is sent. */
export type FrameContent = Omit<DocumentRequest, 'dark'> | Omit<ChartRequest, 'dark'>;

/**
 * A frame that has an origin of its own and sends no requests to other sites. It reaches nothing of the page; of what it sends
 * only its height and the reason of a failure count. It is loaded when it comes near the window.
 *
 * @param src the page of the frame: `/frame.html` for documents, `/chart.html` for charts
 * @param content the same object while it shows the same
 * @param onFailure gets the reason, at most {@link maxReasonChars} characters, and the id of the request; the same function
 *   while it does the same
 */
export function SandboxedFrame({
  src,
  content,
  title,
  onFailure,
}: {
  src: string;
  content: FrameContent;
  title: string;
  onFailure?: (reason: string, id: unknown) => void;
}) {
  const frame = useRef<HTMLIFrameElement>(null);
  const dark = useIsDark();
  const [height, setHeight] = useState(24);
  useEffect(() => {
    const show = () => frame.current?.contentWindow?.postMessage({ ...content, dark }, '*');
    let next = 0;
    let drawing = 0;
    const draw = () => {
      drawing = 0;
      setHeight(next);
    };
    const receive = ({ source, data }: MessageEvent) => {
      if (!source || source !== frame.current?.contentWindow) return;
      const message = data as Partial<FrameMessage> | null;
      if (message?.type === 'ready') show();
      else if (message?.type === 'height' && Number.isFinite(message.height)) {
        next = Math.min(Math.max(Number(message.height), 0), maxFrameHeight);
        drawing ||= requestAnimationFrame(draw);
      } else if (message?.type === 'failed')
        onFailure?.(String(message.reason).slice(0, maxReasonChars), message.id);
    };
    addEventListener('message', receive);
    show();
    return () => {
      removeEventListener('message', receive);
      cancelAnimationFrame(drawing);
    };
  }, [content, dark, onFailure]);
  return <OutputFrame frame={frame} src={src} title={title} height={height} />;
}
