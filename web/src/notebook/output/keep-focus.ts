import { isTyping } from '../components/focus.js';

/** Who clicks into a frame has paused so long after the last key. */
const pauseMs = 500;
/** Who goes into a frame by Tab is there so soon after it. */
const tabMs = 500;

/**
 * Keeps the focus where somebody types. A script in an output may ask for it at any time, and the browser gives it: the letters
 * would go to that script. The focus is given back, and until the pointer is moved or Tab pressed that frame cannot have it.
 * @returns what ends that
 */
export function keepFocus(): () => void {
  const stopped = new Set<HTMLIFrameElement>();
  let typedIn: HTMLElement | null = null;
  let [keyAt, tabAt] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const allow = () => {
    for (const frame of stopped) frame.inert = false;
    stopped.clear();
  };
  const onFocus = () => {
    typedIn = isTyping() ? (document.activeElement as HTMLElement) : null;
  };
  const onKey = ({ key }: KeyboardEvent) => {
    keyAt = performance.now();
    if (key !== 'Tab') return;
    tabAt = keyAt;
    allow();
  };
  // The page is left for a frame of its own, too.
  const onLeave = () =>
    setTimeout(() => {
      const frame = document.activeElement;
      if (!(frame instanceof HTMLIFrameElement) || !typedIn?.isConnected) return;
      const now = performance.now();
      const isClicked = frame.matches(':hover') && now - keyAt > pauseMs;
      if (isClicked || now - tabAt < tabMs) return;
      frame.inert = true;
      stopped.add(frame);
      typedIn.focus({ preventScroll: true });
    });
  document.addEventListener('focusin', onFocus);
  document.addEventListener('keydown', onKey, true);
  document.addEventListener('pointermove', allow);
  document.addEventListener('pointerdown', allow);
  addEventListener('blur', onLeave);
  return () => {
    allow();
    document.removeEventListener('focusin', onFocus);
    document.removeEventListener('keydown', onKey, true);
    document.removeEventListener('pointermove', allow);
    document.removeEventListener('pointerdown', allow);
    removeEventListener('blur', onLeave);
  };
}
