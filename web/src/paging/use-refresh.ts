import { useEffect } from 'react';

/**
 * Calls a function every so many seconds while the page can be seen, and when somebody comes back to it. This is for what
 * the API has no events of.
 * @param refresh the same function in every call
 * @param seconds default 30
 */
export function useRefresh(refresh: () => void, seconds = 30): void {
  useEffect(() => {
    const refreshIfSeen = () => {
      if (document.visibilityState === 'visible') refresh();
    };
    const timer = setInterval(refreshIfSeen, seconds * 1_000);
    document.addEventListener('visibilitychange', refreshIfSeen);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', refreshIfSeen);
    };
  }, [refresh, seconds]);
}
