import type { AuthorizeRepeat } from '../access/repeated-request.js';
import { loadDocument } from '../notebooks/documents/load-document.js';

/** Authorizes a repeated `restoreNotebookVersion`. Needs `can_edit` over the notebook's repository. */
export const authorizeRestoreVersion: AuthorizeRepeat = (services, ctx, { spaceSlug, notebookId = '' }) =>
  loadDocument(services, ctx, spaceSlug, notebookId, 'edit');
