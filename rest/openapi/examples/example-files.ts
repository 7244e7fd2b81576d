import { exampleIds, exampleTime } from './example-ids.js';

/** A file of the examples at one commit. */
export interface ExampleFile {
  path: string;
  commit: string;
  sha: string;
  size: number;
  notebookId: string | null;
  /** What is in it, as it is answered. */
  content: { kind: 'notebook'; notebook: object } | { kind: 'text'; content: string };
}

/** A notebook with one code cell. */
export function oneCell(source: string): object {
  return {
    cells: [{ cell_type: 'code', execution_count: null, id: 'rate', metadata: {}, outputs: [], source }],
    metadata: {
      kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' },
      language_info: { name: 'python' },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
}

/** The answer to a read of a file. @param workspaceId null where it is addressed by its repository */
export function readAnswer(file: ExampleFile, workspaceId: string | null): object {
  const { path, commit, sha, size, notebookId, content } = file;
  return {
    path,
    branch: 'main',
    ref: 'main',
    commit_sha: commit,
    sha,
    size,
    notebook_id: notebookId,
    repository_id: exampleIds.repository,
    workspace_id: workspaceId,
    ...content,
  };
}

/** The answer to a write of a file. @param version the id of the new version */
export function savedAnswer(
  file: ExampleFile,
  workspaceId: string | null,
  version: { id: string; message: string },
): object {
  return { ...readAnswer(file, workspaceId), version: exampleVersion(file, version) };
}

/** The version that a commit made of a file. */
export function exampleVersion(file: ExampleFile, { id, message }: { id: string; message: string }): object {
  return {
    id,
    notebook_id: file.notebookId,
    path: file.path,
    branch: 'main',
    commit_sha: file.commit,
    sha: file.sha,
    commit_message: message,
    author: { user_id: exampleIds.owner, name: 'Admin', email: 'admin@localhost' },
    created_at: exampleTime,
  };
}

/** The row of a file in a list. */
export function listEntry({ path, commit, sha, size, notebookId, content }: ExampleFile): object {
  return {
    path,
    name: path.slice(path.lastIndexOf('/') + 1),
    kind: content.kind,
    size,
    sha,
    notebook_id: notebookId,
    last_commit_sha: commit,
    updated_at: exampleTime,
  };
}
