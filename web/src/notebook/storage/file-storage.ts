import {
  FileAtVersionDocument,
  type FileAtVersionQuery,
  SaveNotebookPageDocument,
} from '../../../generated/notebook.js';
import { CreateFileDocument } from '../../../generated/shell.js';
import { type Notebook, readNotebook } from '../model/notebook.js';
import type { NotebookStorage } from '../model/notebook-draft.js';
import { type ApiRequests, hasCode, isMissing, untilAnswered } from './api-requests.js';
import type { FileFollower } from './file-follower.js';
import { workspaceOf } from './page-file.js';

/** How files of one kind are drafts. */
export interface FileFormat {
  /** @throws Error with a sentence for the user where the file is of another kind */
  read(file: FileAtVersionQuery['space']['workspace']['file']): Notebook;
  /** The content of a save. */
  write(draft: Notebook): { notebook: Notebook } | { content: string };
}

/** Notebooks, as they are. */
export const notebookFormat: FileFormat = {
  read(file) {
    if (file.__typename !== 'NotebookFile') throw new Error('The file is not a valid notebook any more.');
    return readNotebook(file.notebook);
  },
  write: (notebook) => ({ notebook }),
};

/**
 * Reads and saves a file of a branch, at the path that it has now. A save over another blob than the expected one changes
 * nothing.
 * @param isOver whether the page is closed: until then a read waits for a gateway that does not answer
 */
export function fileStorage(
  api: ApiRequests,
  file: Pick<FileFollower, 'page' | 'getPath'>,
  { read, write }: FileFormat,
  isOver: () => boolean,
): NotebookStorage {
  const workspace = workspaceOf(file.page);
  const address = () => ({ path: file.getPath(), branch: file.page.branch });
  return {
    async load() {
      const { path, branch } = address();
      const variables = { ...workspace, path, ref: branch };
      try {
        const found = await untilAnswered(() => api.query(FileAtVersionDocument, variables), isOver);
        return { sha: found.space.workspace.file.sha, notebook: read(found.space.workspace.file) };
      } catch (error) {
        if (isMissing(error, 'file')) return null;
        throw error;
      }
    },
    async save(draft, baseSha) {
      const input = { ...address(), baseSha, ...write(draft) };
      try {
        const saved = await api.mutate(SaveNotebookPageDocument, { ...workspace, input });
        return saved.saveFile.file.sha;
      } catch (error) {
        if (hasCode(error, 'base_sha_conflict') || hasCode(error, 'not_found')) return null;
        throw error;
      }
    },
    async create(draft) {
      const { spaceSlug, workspaceId } = workspace;
      const variables = { spaceSlug, in: { workspaceId }, input: { ...address(), ...write(draft) } };
      try {
        return (await api.mutate(CreateFileDocument, variables)).createFile.file.sha;
      } catch (error) {
        if (hasCode(error, 'file_exists')) return null;
        throw error;
      }
    },
  };
}
