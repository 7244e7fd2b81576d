/** Where keys write text: editors and fields; frames are asked nothing, so somebody may write there too. */
const writable = '.cm-editor, input, textarea, select, iframe';

/** Whether the focus is where somebody may be typing. */
export const isTyping = (): boolean => document.activeElement?.closest(writable) != null;

/**
 * Gives the focus to what has appeared by itself, or some time after it was asked for. It is never taken from where somebody may
 * be typing: the keys that follow are meant for that.
 */
export function focusUnlessTyping(element: HTMLElement | null): void {
  if (!isTyping()) element?.focus();
}
