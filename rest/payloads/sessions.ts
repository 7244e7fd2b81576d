import { pageQuery } from './lists.js';
import { ofWorkspaceText, text } from './texts.js';
import { startBody } from './workers.js';

/** On what to open a session. */
export const createSessionBody = startBody.extend({
  worker_id: text('One of your live workers; default: the one that fits, or a new one.').nullish(),
});

/** Which sessions are listed. */
export const listSessionsQuery = pageQuery(20, 100).extend({ workspace_id: ofWorkspaceText.optional() });
