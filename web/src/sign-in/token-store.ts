const key = 'notebook-gateway.token';

/** The token of this tab, or the one that is kept for the browser; null when nobody is signed in. */
export function readToken(): string | null {
  return sessionStorage.getItem(key) ?? localStorage.getItem(key);
}

/**
 * Stores a token for this tab.
 * @param keep whether it also stays after the tab is closed, for all tabs of this browser
 */
export function writeToken(token: string, keep: boolean): void {
  sessionStorage.setItem(key, token);
  if (keep) localStorage.setItem(key, token);
}

/** Forgets the token, also the kept one. */
export function forgetToken(): void {
  sessionStorage.removeItem(key);
  localStorage.removeItem(key);
}

/**
 * Removes the token of a link `/#token=…` from the address, whose fragment is not sent to servers, and stores it for this tab
 * where nobody is signed in.
 * @returns the token, where another one is in use: its user is asked first, because anybody can write such a link
 */
export function takeLinkToken(): string | null {
  const { hash, pathname, search } = location;
  if (!hash.includes('token=')) return null;
  const token = new URLSearchParams(hash.slice(1)).get('token')?.trim();
  history.replaceState(null, '', `${pathname}${search}`);
  const current = readToken();
  if (!token || token === current) return null;
  if (current !== null) return token;
  writeToken(token, false);
  return null;
}
