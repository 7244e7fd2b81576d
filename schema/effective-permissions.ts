import type { WorkspacePermissions } from '../src/access/workspace-policy.js';
import { builder } from './builder.js';

/** The object type of what the caller may do with a resource. */
export const EffectivePermissions = builder
  .objectRef<WorkspacePermissions>('EffectivePermissions')
  .implement({
    description: 'What the caller may do at this moment; a token also needs the scope.',
    fields: (t) => ({
      canView: t.exposeBoolean('canView', { description: 'Read files, watch sessions.' }),
      canEdit: t.exposeBoolean('canEdit', { description: 'Create, save, rename, link, start, execute.' }),
      canManage: t.exposeBoolean('canManage', {
        description: 'Change metadata and sharing, archive; of a worker, session or execution: stop it.',
      }),
    }),
  });
