import type { Address } from './address.js';

/** A page of the application, with what its address says. */
export type Route =
  | { page: 'home' }
  | { page: 'administration'; section: string }
  | { page: 'reference' }
  | { page: 'space'; slug: string }
  | { page: 'manage'; slug: string }
  | { page: 'search'; slug: string; q: string }
  | {
      page: 'workspace';
      slug: string;
      workspaceId: string;
      branch: string | undefined;
      folder: string;
      q: string;
    }
  | ({ page: 'notebook' } & RouteOfFile)
  | ({ page: 'file' } & RouteOfFile)
  | { page: 'unknown' };

/** What the address of a file says. */
interface RouteOfFile {
  slug: string;
  workspaceId: string;
  path: string;
  branch: string | undefined;
  /** The cell of a notebook to show, from 1. */
  cell: number | undefined;
  /** The line to show, from 1: of the text, or of the source of the cell. */
  line: number | undefined;
}

/** What a file of a workspace is addressed by. */
export interface FileOfWorkspace {
  slug: string;
  workspaceId: string;
  path: string;
  /** Default the workspace's branch. */
  branch?: string;
  /** The cell of a notebook to show, from 1. */
  cell?: number;
  /** The line to show, from 1: of the text, or of the source of the cell. */
  line?: number;
}

/** Builds the addresses of pages. */
export const addressOf = {
  home: () => '/',
  /** The reference of the REST API. */
  reference: () => '/docs',
  administration: (section = '') => (section ? `/administration/${section}` : '/administration'),
  space: (slug: string) => `/spaces/${encodeURIComponent(slug)}`,
  manage: (slug: string) => `${addressOf.space(slug)}/manage`,
  /** What has a text in a space. */
  searchSpace: (slug: string, q: string) => `${addressOf.space(slug)}/search?${new URLSearchParams({ q })}`,
  /** @param folder the one that is open, without a slash at its end; default the root */
  workspace: (slug: string, id: string, branch?: string, folder?: string) => {
    const query = new URLSearchParams({ ...(branch ? { branch } : {}), ...(folder ? { folder } : {}) });
    return `${addressOf.space(slug)}/workspaces/${encodeURIComponent(id)}${query.size > 0 ? `?${query}` : ''}`;
  },
  /** The files of a workspace that have a text in their names or contents. */
  search: (slug: string, id: string, branch: string, q: string) =>
    `${addressOf.workspace(slug, id)}?${new URLSearchParams({ branch, q })}`,
  notebook: (file: FileOfWorkspace) => fileAddress('notebook', file),
  file: (file: FileOfWorkspace) => fileAddress('file', file),
  /** The page that shows a file best: that of notebooks for `.ipynb`. */
  anyFile: (file: FileOfWorkspace) => fileAddress(file.path.endsWith('.ipynb') ? 'notebook' : 'file', file),
};

/** The folder of a file; empty for the root. */
export const folderOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('/')));

function fileAddress(page: string, { slug, workspaceId, path, branch, cell, line }: FileOfWorkspace): string {
  const query = new URLSearchParams({ path });
  for (const [name, value] of Object.entries({ branch, cell, line }))
    if (value !== undefined) query.set(name, String(value));
  return `${addressOf.workspace(slug, workspaceId)}/${page}?${query}`;
}

/** The page at an address. */
export function routeOf({ path, query }: Address): Route {
  const parts = decodeParts(path);
  if (!parts) return { page: 'unknown' };
  const [first, slug, kind, workspaceId, page, ...rest] = parts;
  if (first === undefined) return { page: 'home' };
  if (first === 'docs' && slug === undefined) return { page: 'reference' };
  if (first === 'administration' && kind === undefined)
    return { page: 'administration', section: slug ?? '' };
  if (first !== 'spaces' || slug === undefined || rest.length > 0) return { page: 'unknown' };
  if (kind === undefined) return { page: 'space', slug };
  if (kind === 'manage' && workspaceId === undefined) return { page: 'manage', slug };
  if (kind === 'search' && workspaceId === undefined)
    return { page: 'search', slug, q: (query.get('q') ?? '').trim() };
  if (kind !== 'workspaces' || workspaceId === undefined) return { page: 'unknown' };
  const branch = query.get('branch') ?? undefined;
  if (page === undefined) {
    const [folder, q] = [query.get('folder') ?? '', query.get('q') ?? ''];
    return { page: 'workspace', slug, workspaceId, branch, folder, q };
  }
  const file = query.get('path');
  if (file === null || (page !== 'notebook' && page !== 'file')) return { page: 'unknown' };
  const [cell, line] = ['cell', 'line'].map((name) => positionOf(query.get(name)));
  return { page, slug, workspaceId, path: file, branch, cell, line };
}

/** A number from 1; undefined for anything else. */
const positionOf = (text: string | null) =>
  text !== null && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;

function decodeParts(path: string): string[] | undefined {
  try {
    return path.split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
