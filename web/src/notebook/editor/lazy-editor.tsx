import { useEffect, useRef, useState } from 'react';
import { CodeEditor, type CodeEditorProps } from './code-editor.js';

/** An editor is made when it is so near to the window. */
const nearby = '800px 0px';

/**
 * An editor that is made when it comes near the window or gets the focus, and stays then. Until then its text is shown at the
 * same height. A long notebook has hundreds of editors, and few of them are seen.
 */
export function LazyEditor(props: CodeEditorProps) {
  const { hasFocus = false, value } = props;
  const text = useRef<HTMLPreElement>(null);
  const [isMade, setMade] = useState(hasFocus);
  if (hasFocus && !isMade) setMade(true);
  useEffect(() => {
    if (isMade || !text.current) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) setMade(true);
      },
      { rootMargin: nearby },
    );
    observer.observe(text.current);
    return () => observer.disconnect();
  }, [isMade]);
  if (isMade) return <CodeEditor {...props} />;
  return (
    <div className="code-editor">
      <pre ref={text} className="waiting-editor">
        {/* The last line feed of a text has no line of its own. */}
        {`${value}\n`}
      </pre>
    </div>
  );
}
