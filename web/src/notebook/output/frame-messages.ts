/** What a page sends to the frame of an output that is a document. */
export interface DocumentRequest {
  type: 'show';
  html: string;
  /** Whether the page is dark. */
  dark: boolean;
}

/** A library that draws charts. */
export type ChartLibrary = 'plotly' | 'vega' | 'vega-lite';

/** What a page sends to the frame of an output that is a chart. */
export interface ChartRequest {
  type: 'draw';
  /** Names this request in the answer. */
  id: number;
  library: ChartLibrary;
  /** The chart as its MIME type says, as JSON. */
  json: string;
  /** Whether the page is dark. */
  dark: boolean;
}

/** What a frame sends to its page. Notebooks can send it, too: it is only believed within its bounds. */
export type FrameMessage =
  | { type: 'ready' }
  | { type: 'height'; height: number }
  /** The chart of a request cannot be drawn, and why. */
  | { type: 'failed'; id: number; reason: string };

/** A higher document scrolls inside of its frame, in pixels. */
export const maxFrameHeight = 1_200;

/** So much of a reason is shown, in characters. */
export const maxReasonChars = 500;
