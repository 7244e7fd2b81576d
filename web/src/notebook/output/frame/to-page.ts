import type { FrameMessage } from '../frame-messages.js';

/** Sends a message to the page that shows this frame. */
export const sendToPage = (message: FrameMessage): void => parent.postMessage(message, '*');

/** Sends the height of this document to the page, now and after each change. */
export function reportHeight(): void {
  let sent = -1;
  const send = () => {
    const height = Math.ceil(document.documentElement.getBoundingClientRect().height);
    if (height === sent) return;
    sent = height;
    sendToPage({ type: 'height', height });
  };
  new ResizeObserver(send).observe(document.documentElement);
}
