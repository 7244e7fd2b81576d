/** What a page sends to the frame of an output. */
export interface FrameRequest {
  type: 'show';
  html: string;
  /** Whether the page is dark. */
  dark: boolean;
}

/** What a frame sends to its page. Notebooks can send it, too: it is only believed within its bounds. */
export type FrameMessage = { type: 'ready' } | { type: 'height'; height: number };

/** A higher document scrolls inside of its frame, in pixels. */
export const maxFrameHeight = 1_200;
