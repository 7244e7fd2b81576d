import { memo, useMemo } from 'react';
import { type FrameContent, SandboxedFrame } from './sandboxed-frame.js';

/** A document of a notebook, with its scripts, in a frame that has an origin of its own and sends no requests to other sites. */
export const FrameOutput = memo(function FrameOutput({ html, title }: { html: string; title: string }) {
  const content = useMemo((): FrameContent => ({ type: 'show', html }), [html]);
  return <SandboxedFrame src="/frame.html" content={content} title={title} />;
});
