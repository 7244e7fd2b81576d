import { memo, useEffect, useRef, useState } from 'react';
import { isDark } from '../../theme/is-dark.js';
import { type FrameMessage, type FrameRequest, maxFrameHeight } from './frame-messages.js';

/**
 * A document of a notebook, with its scripts, in a frame that has an origin of its own and no network. It reaches nothing of
 * the page; of what it sends only its height counts. It is loaded when it comes near the window.
 */
export const FrameOutput = memo(function FrameOutput({ html, title }: { html: string; title: string }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [height, setHeight] = useState(24);
  useEffect(() => {
    const show = () => {
      const request: FrameRequest = { type: 'show', html, dark: isDark() };
      frame.current?.contentWindow?.postMessage(request, '*');
    };
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
      }
    };
    addEventListener('message', receive);
    show();
    return () => {
      removeEventListener('message', receive);
      cancelAnimationFrame(drawing);
    };
  }, [html]);
  return (
    <iframe
      ref={frame}
      className="frame-output"
      title={title}
      loading="lazy"
      src="/frame.html"
      sandbox="allow-scripts"
      referrerPolicy="no-referrer"
      style={{ height }}
    />
  );
});
