import { useSyncExternalStore } from 'react';

const system = '(prefers-color-scheme: dark)';

/** Whether the page is dark now: as its user chose, else as the system is. */
export function isDark(): boolean {
  const { theme } = document.documentElement.dataset;
  return theme ? theme === 'dark' : matchMedia(system).matches;
}

/** Calls a function when the page may have become dark or light. @returns what ends that */
export function onThemeChange(listener: () => void): () => void {
  const chosen = new MutationObserver(listener);
  chosen.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  const ofSystem = matchMedia(system);
  ofSystem.addEventListener('change', listener);
  return () => {
    chosen.disconnect();
    ofSystem.removeEventListener('change', listener);
  };
}

/** Whether the page is dark; the component is drawn again when that changes. */
export const useIsDark = (): boolean => useSyncExternalStore(onThemeChange, isDark);
