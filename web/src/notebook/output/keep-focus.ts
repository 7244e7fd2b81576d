import { isTyping } from '../components/focus.js';

/** The event of a frame that took the focus again and again from where somebody types. */
export const focusTaken = 'focus-taken';

/** Who clicks into a frame has paused so long after the last key. */
const pauseMs = 500;
/** Who goes into a frame by Tab is there so soon after it. */
const tabMs = 500;
/** A frame that takes the focus twice within this time goes on with it. */
const againMs = 10_000;

/**
 * Keeps the focus where somebody types. A script in an output may ask for it at any time, and the browser gives it: the letters
 * would go to that script. The focus is given back; a frame that takes it again gets {@link focusTaken}.
 * @returns what ends that
 */
export function keepFocus(): () => void {
  const takenAt = new WeakMap<HTMLIFrameElement, number>();
  let typedIn: HTMLElement | null = null;
  let [keyAt, tabAt] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const onFocus = () => {
    typedIn = isTyping() ? (document.activeElement as HTMLElement) : null;
  };
  const onKey = ({ key }: KeyboardEvent) => {
    keyAt = performance.now();
    if (key === 'Tab') tabAt = keyAt;
  };
  // The window loses the focus also to a frame of the page.
  const onLeave = () =>
    setTimeout(() => {
      const frame = document.activeElement;
      if (!(frame instanceof HTMLIFrameElement) || !typedIn?.isConnected) return;
      const now = performance.now();
      const isClicked = frame.matches(':hover') && now - keyAt > pauseMs;
      if (isClicked || now - tabAt < tabMs) return;
      if (now - (takenAt.get(frame) ?? Number.NEGATIVE_INFINITY) < againMs)
        frame.dispatchEvent(new Event(focusTaken));
      takenAt.set(frame, now);
      typedIn.focus({ preventScroll: true });
    });
  document.addEventListener('focusin', onFocus);
  document.addEventListener('keydown', onKey, true);
  addEventListener('blur', onLeave);
  return () => {
    document.removeEventListener('focusin', onFocus);
    document.removeEventListener('keydown', onKey, true);
    removeEventListener('blur', onLeave);
  };
}
