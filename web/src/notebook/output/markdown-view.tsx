import { memo, useEffect, useRef } from 'react';
import type { MarkdownReferences } from './render-markdown.js';

/** Markdown or LaTeX, rendered without anything that could run. The renderer is loaded when it is needed. */
export const MarkdownView = memo(function MarkdownView({
  text,
  isLatex = false,
  references,
}: {
  text: string;
  isLatex?: boolean;
  references?: MarkdownReferences;
}) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let isCurrent = true;
    const rendered = import('./render-markdown.js').then(({ renderLatex, renderMarkdown }) => {
      if (isCurrent)
        host.current?.replaceChildren(isLatex ? renderLatex(text) : renderMarkdown(text, references));
    });
    rendered.catch(() => {
      if (isCurrent) host.current?.replaceChildren(text);
    });
    return () => {
      isCurrent = false;
    };
  }, [text, isLatex, references]);
  return <div ref={host} className="markdown" />;
});
