import { type RefObject, useEffect, useState } from 'react';
import { focusTaken } from './keep-focus.js';

/**
 * The frame of an output, with an origin of its own. It is loaded when it comes near the window. One that takes the focus again
 * and again from somebody who types is hidden, which alone ends that, until its reader asks for it.
 */
export function OutputFrame({
  frame,
  src,
  title,
  height,
}: {
  frame: RefObject<HTMLIFrameElement | null>;
  src: string;
  title: string;
  /** In pixels. */
  height: number;
}) {
  const [isHidden, setHidden] = useState(false);
  useEffect(() => {
    const element = frame.current;
    const hide = () => setHidden(true);
    element?.addEventListener(focusTaken, hide);
    return () => element?.removeEventListener(focusTaken, hide);
  }, [frame]);
  return (
    <>
      {isHidden && (
        <p className="hint">
          This output took the focus while you typed, so it is hidden.{' '}
          <button type="button" onClick={() => setHidden(false)}>
            Show it
          </button>
        </p>
      )}
      <iframe
        ref={frame}
        className="frame-output"
        title={title}
        loading="lazy"
        src={src}
        sandbox="allow-scripts"
        referrerPolicy="no-referrer"
        style={isHidden ? { display: 'none' } : { height }}
      />
    </>
  );
}
