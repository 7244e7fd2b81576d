import { lazy, type ReactNode, Suspense } from 'react';
import { ErrorBoundary } from './components/error-boundary.js';
import { Loading } from './components/loading.js';
import { PageFrame } from './components/page-frame.js';
import { HomePage } from './pages/home-page.js';
import { UnknownPage } from './pages/unknown-page.js';
import { useAddress } from './router/router.js';
import { type Route, routeOf } from './router/routes.js';
import { LinkDialog } from './sign-in/link-dialog.js';
import { SessionProvider, useSession } from './sign-in/session.js';
import { SignInPage } from './sign-in/sign-in-page.js';
import { SpaceFeedProvider } from './space/space-feed.js';
import { SpacePage } from './space/space-page.js';
import { WorkspacePage } from './workspace/workspace-page.js';

const NotebookPage = lazy(async () => ({
  default: (await import('./notebook/notebook-page.js')).NotebookPage,
}));
const AdministrationPage = lazy(async () => ({
  default: (await import('./admin/administration-page.js')).AdministrationPage,
}));
const ManageSpacePage = lazy(async () => ({
  default: (await import('./admin/manage-space-page.js')).ManageSpacePage,
}));
const ReferencePage = lazy(async () => ({
  default: (await import('./reference/reference-page.js')).ReferencePage,
}));
const SpaceSearchPage = lazy(async () => ({
  default: (await import('./search/space-search-page.js')).SpaceSearchPage,
}));
const FilePage = lazy(async () => ({ default: (await import('./notebook/file-page.js')).FilePage }));

/**
 * The whole application: the sign-in form, or the page of the address.
 * @param props.linkToken the token of the link that was followed, while another one is in use
 */
export function App({ linkToken }: { linkToken: string | null }) {
  return (
    <SessionProvider linkToken={linkToken}>
      <SignedInOrForm />
    </SessionProvider>
  );
}

function SignedInOrForm() {
  const { token } = useSession();
  const route = routeOf(useAddress());
  if (token === null) return <SignInPage />;
  const page = (
    <ErrorBoundary key={route.page}>
      <Suspense fallback={<Loading />}>{pageOf(route)}</Suspense>
    </ErrorBoundary>
  );
  return (
    <PageFrame route={route}>
      <LinkDialog />
      {'slug' in route ? (
        <SpaceFeedProvider key={route.slug} slug={route.slug}>
          {page}
        </SpaceFeedProvider>
      ) : (
        page
      )}
    </PageFrame>
  );
}

function pageOf(route: Route): ReactNode {
  switch (route.page) {
    case 'home':
      return <HomePage />;
    case 'reference':
      return <ReferencePage />;
    case 'space':
      return <SpacePage key={route.slug} slug={route.slug} />;
    case 'administration':
      return <AdministrationPage section={route.section} />;
    case 'manage':
      return <ManageSpacePage key={route.slug} slug={route.slug} />;
    case 'search':
      return <SpaceSearchPage slug={route.slug} q={route.q} />;
    case 'workspace':
      return <WorkspacePage key={route.workspaceId} {...route} />;
    case 'notebook':
      return <NotebookPage key={`${route.workspaceId} ${route.branch} ${route.path}`} {...route} />;
    case 'file':
      return <FilePage key={`${route.workspaceId} ${route.branch} ${route.path}`} {...route} />;
    default:
      return <UnknownPage />;
  }
}
