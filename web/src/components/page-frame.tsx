import { type ReactNode, useEffect, useRef } from 'react';
import { useQuery } from 'urql';
import { ViewerDocument } from '../../generated/shell.js';
import { useConnectionState } from '../api/api-context.js';
import { Link } from '../router/link.js';
import { addressOf, folderOf, type Route } from '../router/routes.js';
import { useSession } from '../sign-in/session.js';
import { ThemeSwitch } from '../theme/theme-switch.js';
import { announcementId } from './use-page-title.js';

/** The header of every page, and the page below it. */
export function PageFrame({ route, children }: { route: Route; children: ReactNode }) {
  const { signOut } = useSession();
  const main = useFocusOfNewPage(route);
  const [{ data }] = useQuery({ query: ViewerDocument, requestPolicy: 'cache-first' });
  return (
    <>
      <a className="skip-link" href="#main">
        Skip to the content
      </a>
      <header className="page-header">
        <Link to={addressOf.home()} className="brand">
          <img src="/favicon.svg" alt="" width="24" height="24" />
          <span className="wide-only">Notebook gateway</span>
        </Link>
        <nav aria-label="Pages">
          <PageLinks route={route} />
          <Link to={addressOf.reference()}>API</Link>
          {data?.me.isPlatformAdmin && <AdministrationLink route={route} />}
        </nav>
        <ConnectionBadge />
        <Link to={addressOf.administration()} className="account" title="Account and tokens">
          {data?.me.name ?? 'Account'}
        </Link>
        <ThemeSwitch />
        <button type="button" className="quiet" onClick={() => signOut()}>
          Sign out
        </button>
      </header>
      <p id={announcementId} className="visually-hidden" role="status" />
      <main id="main" tabIndex={-1} ref={main}>
        {children}
      </main>
    </>
  );
}

/** Moves the focus to the content when another page is shown, so that the keyboard goes on from there. */
function useFocusOfNewPage(route: Route) {
  const main = useRef<HTMLElement>(null);
  const shown = useRef<string>(undefined);
  const withinPage = { branch: undefined, folder: undefined, q: undefined, cell: undefined, line: undefined };
  const current = JSON.stringify({ ...route, ...withinPage });
  useEffect(() => {
    if (shown.current !== undefined && shown.current !== current)
      main.current?.focus({ preventScroll: true });
    shown.current = current;
  }, [current]);
  return main;
}

/** The way from the space to the page. */
function PageLinks({ route }: { route: Route }) {
  if (!('slug' in route)) return null;
  const { slug } = route;
  return (
    <>
      <Link to={addressOf.space(slug)} aria-current={route.page === 'space' ? 'page' : undefined}>
        {slug}
      </Link>
      {'path' in route && (
        <Link to={addressOf.workspace(slug, route.workspaceId, route.branch, folderOf(route.path))}>
          <span aria-hidden="true">/ </span>workspace
        </Link>
      )}
    </>
  );
}

/** The way to what platform admins manage. Their own tokens are behind their name, as those of everybody. */
function AdministrationLink({ route }: { route: Route }) {
  const isThere = route.page === 'administration' && route.section !== '';
  return (
    <Link to={addressOf.administration('people')} aria-current={isThere ? 'page' : undefined}>
      Administration
    </Link>
  );
}

/** Says whether what the page shows is live. */
function ConnectionBadge() {
  const state = useConnectionState();
  const text = { idle: '', connecting: 'Connecting…', live: 'Live', reconnecting: 'Reconnecting…' }[state];
  return (
    <span className={`connection connection-${state}`} role="status">
      {text}
    </span>
  );
}
