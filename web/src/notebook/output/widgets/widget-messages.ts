import type { CommChange, WidgetModelState } from './widget-models.js';

/** What a page sends to the frame of a widget. */
export type WidgetFrameRequest =
  | {
      /** Draws a widget, in place of what the frame has drawn. */
      type: 'draw';
      modelId: string;
      /** Those that the widget refers to, and their own ones. */
      models: Map<string, WidgetModelState>;
      /** Whether the viewer may not change the widgets. */
      isReadOnly: boolean;
    }
  | { type: 'theme'; dark: boolean }
  /** Something that the frame has refers to these now. */
  | { type: 'models'; models: Map<string, WidgetModelState> }
  | { type: 'changed'; change: CommChange }
  /** A message of the frame has reached the kernel, or was refused. */
  | { type: 'sent'; messageId: string; commId: string; isRefused: boolean };

/** A message on a comm, as a frame asks its page to send it. */
export interface WidgetMessage {
  type: 'send';
  commId: string;
  data: unknown;
  /** As base64. */
  buffers: readonly string[];
  /** A new UUID. */
  messageId: string;
}

/** What the frame of a widget sends to its page. What runs there may be hostile: it is only believed within its bounds. */
export type WidgetFrameMessage = { type: 'ready' } | { type: 'height'; height: number } | WidgetMessage;
