import type { MiddlewareHandler } from 'hono';
import type { RouteDescription } from './route-description.js';

/** The Unix time since which the routes of repositories are deprecated: 2026-01-01T00:00:00Z. */
const deprecatedSince = Date.UTC(2026, 0, 1) / 1000;

/** Whether a route has a successor. */
export function isDeprecated(route: Pick<RouteDescription, 'successor'>): boolean {
  return route.successor !== undefined;
}

/** Sets `Deprecation` on every answer, also on errors (RFC 9745, section 2). */
export const announceDeprecation: MiddlewareHandler = async (c, next) => {
  await next();
  c.res.headers.set('deprecation', `@${deprecatedSince}`);
};

/**
 * The `Link` from a request to a repository's route to the successor of that route (RFC 5829, section 3.2).
 * @param url the URL of the request
 * @param workspaceId a workspace over the repository that the caller can view
 */
export function successorLink(url: string, repositoryId: string, workspaceId: string): string {
  const { pathname, search } = new URL(url);
  const path = pathname.replace(
    `/repositories/${encodeURIComponent(repositoryId)}/`,
    `/workspaces/${workspaceId}/`,
  );
  return `<${path}${search}>; rel="successor-version"`;
}
