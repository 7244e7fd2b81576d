import { contentOf } from './content.js';
import { api } from './killed-server.js';

/** A file of one client that no other client changes. */
export interface OwnFile {
  path: string;
  oid: string;
  /** Of a notebook; null until the first answer that has it. */
  notebookId: string | null;
}

/** The branch and folder in which a client saves. */
export interface SaveTarget {
  repositoryId: string;
  workspaceId: string;
  branch: string;
  /** The client's folder. */
  folder: string;
}

/** A request that changes files, with the changes that must happen completely or not at all. */
export interface Operation {
  tag: string;
  method: string;
  path: string;
  body: object;
  /** Sent as `Idempotency-Key`; absent where the route takes none. */
  key?: string;
  status: number;
  /** By path: the blob before and after, null where there is no file. */
  changes: Map<string, { before: string | null; after: string | null; tag: string | null }>;
  /** Renames, old path to new: the notebook's id must follow. */
  renames: Map<string, string>;
}

/** A new file. */
export function createOperation(target: SaveTarget, tag: string, extension: string): Operation {
  const path = `${target.folder}/${tag}.${extension}`;
  const { body, oid } = contentOf(path, tag);
  return {
    ...request(target, tag, 'POST', extension === 'ipynb' ? 'files' : 'authoring-files', { path, ...body }),
    key: tag,
    status: 201,
    changes: new Map([[path, { before: null, after: oid, tag }]]),
  };
}

/** A save over the blob that was there. */
export function saveOperation(target: SaveTarget, tag: string, file: OwnFile): Operation {
  const { path, oid } = file;
  const content = contentOf(path, tag);
  const route = path.endsWith('.ipynb') ? 'file' : 'authoring-file';
  return {
    ...request(target, tag, 'PUT', route, { path, base_sha: oid, ...content.body }),
    status: 200,
    changes: new Map([[path, { before: oid, after: content.oid, tag }]]),
  };
}

/** Another path, the same blob. */
export function renameOperation(target: SaveTarget, tag: string, { path, oid }: OwnFile): Operation {
  const to = renamed(target, tag, path);
  return {
    ...request(target, tag, 'POST', 'authoring-file/rename', { path, new_path: to, base_sha: oid }),
    key: tag,
    status: 200,
    changes: new Map([
      [path, { before: oid, after: null, tag: null }],
      [to, { before: null, after: oid, tag: null }],
    ]),
    renames: new Map([[path, to]]),
  };
}

/** One commit that creates a file and saves, renames and deletes as many of three given ones. */
export function severalOperation(target: SaveTarget, tag: string, files: OwnFile[]): Operation {
  const created = `${target.folder}/${tag}.txt`;
  const content = contentOf(created, tag);
  const changes: Operation['changes'] = new Map([[created, { before: null, after: content.oid, tag }]]);
  const renames = new Map<string, string>();
  const input: object[] = [{ create: { path: created, ...content.body } }];
  const [saved, moved, deleted] = files;
  if (saved) {
    const next = contentOf(saved.path, tag);
    input.push({ save: { path: saved.path, baseSha: saved.oid, ...next.body } });
    changes.set(saved.path, { before: saved.oid, after: next.oid, tag });
  }
  if (moved) {
    const to = renamed(target, tag, moved.path);
    input.push({ rename: { path: moved.path, newPath: to, baseSha: moved.oid } });
    changes.set(moved.path, { before: moved.oid, after: null, tag: null });
    changes.set(to, { before: null, after: moved.oid, tag: null });
    renames.set(moved.path, to);
  }
  if (deleted) {
    input.push({ delete: { path: deleted.path, baseSha: deleted.oid } });
    changes.set(deleted.path, { before: deleted.oid, after: null, tag: null });
  }
  const query = `mutation ($in: FileAddress!, $input: CommitFilesInput!) {
    commitFiles(spaceSlug: "demo", in: $in, input: $input) { commitSha }
  }`;
  const variables = {
    in: { workspaceId: target.workspaceId },
    input: { branch: target.branch, commitMessage: tag, changes: input },
  };
  return {
    tag,
    method: 'POST',
    path: '/graphql',
    body: { query, variables },
    status: 200,
    changes,
    renames,
  };
}

function renamed(target: SaveTarget, tag: string, path: string): string {
  return `${target.folder}/moved/${tag}${path.slice(path.lastIndexOf('.'))}`;
}

function request(target: SaveTarget, tag: string, method: string, route: string, body: object) {
  return {
    tag,
    method,
    path: `${api}/workspaces/${target.workspaceId}/${route}`,
    body: { ...body, branch: target.branch, commit_message: tag },
    renames: new Map<string, string>(),
  };
}
