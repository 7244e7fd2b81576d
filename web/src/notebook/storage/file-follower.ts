import {
  FileOfPageChangedDocument,
  type FileOfPageChangedSubscription,
} from '../../../generated/notebook.js';
import type { NotebookDraft } from '../model/notebook-draft.js';
import type { ApiRequests } from './api-requests.js';
import { type PageFile, workspaceOf } from './page-file.js';

/** Follows the open file of a page: what others save, where they move it, and whether they delete it. */
export class FileFollower {
  readonly page: PageFile;
  readonly #api: Pick<ApiRequests, 'subscribe'>;
  readonly #listeners = new Set<() => void>();
  #path: string;

  constructor(api: Pick<ApiRequests, 'subscribe'>, page: PageFile) {
    this.#api = api;
    this.page = page;
    this.#path = page.path;
  }

  /** The path that the file has now; that of the page until somebody renames it. */
  readonly getPath = (): string => this.#path;

  /** Calls a function after each change of the path. @returns what ends that */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Begins: a draft gets what others do with the file. @returns what ends it */
  start(draft: Pick<NotebookDraft, 'pull'>): () => void {
    const { branch } = this.page;
    return this.#api.subscribe(
      FileOfPageChangedDocument,
      { ...workspaceOf(this.page), branch },
      {
        onData: ({ fileChanged }) => this.#notice(fileChanged, draft),
        onResume: () => void draft.pull(),
      },
    );
  }

  #notice(
    { path, previousPath, change, sha }: FileOfPageChangedSubscription['fileChanged'],
    draft: Pick<NotebookDraft, 'pull'>,
  ): void {
    if (change === 'renamed' && previousPath === this.#path) {
      this.#path = path;
      for (const listener of this.#listeners) listener();
    } else if (path !== this.#path) return;
    void draft.pull(change === 'deleted' ? undefined : sha);
  }
}
