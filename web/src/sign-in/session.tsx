import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import { ApiProvider } from '../api/api-context.js';
import { createApi } from '../api/create-api.js';
import { forgetToken, readToken, takeLinkToken, writeToken } from './token-store.js';

/** Who uses the page, and how that changes. */
export interface Session {
  /** The API token of all requests; null before the sign-in. */
  token: string | null;
  /** Why the last session ended, for the form; null when its user ended it. */
  endReason: string | null;
  /** The token of a link that was followed while another one is in use; its user decides. */
  linkToken: string | null;
  /** Stays with the token in use. */
  ignoreLink(): void;
  /** Uses a token that was checked. @param keep whether this browser keeps it after the tab is closed */
  signIn(token: string, keep: boolean): void;
  /** Forgets the token. @param reason a sentence for the form */
  signOut(reason?: string): void;
}

const SessionContext = createContext<Session | null>(null);

/** The session of the page. @throws Error outside of {@link SessionProvider} */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('There is no session here.');
  return session;
}

/** Holds the token, and gives all below it a client of the API that uses it. */
export function SessionProvider({
  linkToken: first,
  children,
}: {
  linkToken: string | null;
  children: ReactNode;
}) {
  const [token, setToken] = useState(readToken);
  const [linkToken, setLinkToken] = useState(first);
  const ignoreLink = useCallback(() => setLinkToken(null), []);
  const [endReason, setEndReason] = useState<string | null>(null);
  const signIn = useCallback((next: string, keep: boolean) => {
    writeToken(next, keep);
    setEndReason(null);
    setLinkToken(null);
    setToken(next);
  }, []);
  const signOut = useCallback((reason?: string) => {
    forgetToken();
    setEndReason(reason ?? null);
    setToken(null);
  }, []);
  const api = useMemo(
    () =>
      token === null
        ? null
        : createApi(token, () => signOut('This token is not valid any more. Sign in again.')),
    [token, signOut],
  );
  useEffect(() => () => api?.live.close(), [api]);
  useEffect(() => {
    const follow = () => {
      setLinkToken(takeLinkToken());
      setToken(readToken());
    };
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  const session = useMemo(
    () => ({ token, endReason, linkToken, signIn, signOut, ignoreLink }),
    [token, endReason, linkToken, signIn, signOut, ignoreLink],
  );
  return (
    <SessionContext value={session}>
      {api ? <ApiProvider api={api}>{children}</ApiProvider> : children}
    </SessionContext>
  );
}
