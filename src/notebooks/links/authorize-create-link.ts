import type { AuthorizeRepeat } from '../../access/repeated-request.js';
import { loadDocument } from '../documents/load-document.js';

/** Authorizes a repeated `createNotebookLink`: `can_edit` over the notebook's repository. */
export const authorizeCreateLink: AuthorizeRepeat = (services, ctx, { spaceSlug, notebookId = '' }) =>
  loadDocument(services, ctx, spaceSlug, notebookId, 'edit');
