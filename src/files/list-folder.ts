import type { RequestContext } from '../context.js';
import { checkRef } from '../engines/git/check-ref.js';
import { assertReadablePath } from '../engines/git/file-path.js';
import type { FolderChild } from '../engines/git/git-store.js';
import { notFound } from '../errors.js';
import { type FileKind, fileKind } from '../notebooks/file-kind.js';
import { readCursor, writeCursor } from '../paging/cursor.js';
import type { Listing } from '../paging/listing.js';
import { LoopPace } from '../paging/loop-pace.js';
import { checkAll } from '../validation/check-all.js';
import { authorizeRead } from './authorize-read.js';
import type { FileServices } from './file-services.js';
import { type FileRows, type FileSource, openFileSource } from './file-target.js';

/** A file or a folder that is directly in a folder. */
export interface FolderEntry {
  name: string;
  path: string;
  kind: FileKind | 'folder';
  /** Bytes; null for a folder. */
  size: number | null;
  /** The oid of the blob, or of the tree of a folder. */
  sha: string;
}

/** A page may have 10,000 entries, of which each is described. */
const pace = new LoopPace();

/**
 * Lists the files and folders directly in a folder at a ref, in Git's order: by name, a folder as if its name ended in a slash.
 * Needs the scope `read` and `can_view`.
 * @param input.path empty, null or absent for the root
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_path`, `invalid_ref`, `payload_too_large`;
 *   thrown when the listing is read
 */
export function listFolder(
  services: FileServices,
  ctx: RequestContext,
  rows: FileRows,
  input: { path?: string | null; ref?: string | null },
): Listing<FolderEntry> {
  const path = input.path ?? '';
  let opened: Promise<{ source: FileSource; children: FolderChild[] }> | undefined;
  const open = () => {
    opened ??= openFolder(services, ctx, rows, path, input.ref);
    return opened;
  };
  return {
    async find({ take, skip, after }) {
      const { cursor, folder } = await checkAll({
        cursor: () => (after === undefined ? [] : readCursor(after, 1)),
        folder: open,
      });
      const { children, source } = folder;
      const from = cursor[0] === undefined ? skip : firstAfter(children, cursor[0]);
      const entries: FolderEntry[] = [];
      for (const child of children.slice(from, from + take)) {
        await pace.next();
        entries.push(await describe(source, path, child));
      }
      return entries;
    },
    count: async () => (await open()).children.length,
    cursorOf: ({ name, kind }) => writeCursor([kind === 'folder' ? `${name}/` : name]),
  };
}

async function openFolder(
  services: FileServices,
  ctx: RequestContext,
  rows: FileRows,
  path: string,
  refOrNull: string | null | undefined,
) {
  await authorizeRead(services, ctx, rows);
  const source = await openFileSource(services, rows);
  const { ref } = await checkAll({
    path: () => path === '' || assertReadablePath(path),
    ref: () => checkRef(refOrNull ?? source.defaultBranch),
  });
  const { commitOid } = await source.git.resolveRef(ref);
  const children = await source.git.listFolder(commitOid, path);
  if (!children) throw notFound('The folder');
  return { source, children };
}

/** The index of the first child after one, whose name is followed by a slash if it is a folder. */
function firstAfter(children: FolderChild[], key: string): number {
  const bytes = Buffer.from(key);
  const index = children.findIndex(
    ({ name, isFolder }) => Buffer.compare(Buffer.from(isFolder ? `${name}/` : name), bytes) > 0,
  );
  return index < 0 ? children.length : index;
}

async function describe(
  { git }: FileSource,
  folder: string,
  { name, isFolder, oid }: FolderChild,
): Promise<FolderEntry> {
  const path = folder === '' ? name : `${folder}/${name}`;
  if (isFolder) return { name, path, kind: 'folder', size: null, sha: oid };
  const ofPath = fileKind(path);
  const kind = ofPath === 'text' && (await git.isBinary(oid)) ? 'binary' : ofPath;
  return { name, path, kind, size: await git.blobSize(oid), sha: oid };
}
