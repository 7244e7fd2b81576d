import { type Claim, proven } from './claim.js';

/** Workspaces and their sharing. */
export const workspacesClaims: Claim[] = [
  ...proven('test/api/workspaces.test.ts', {
    'A new workspace has the defaults of the contract.': 'uses the defaults of the contract',
    'The list has what the caller can view, newest first.':
      'contains what the caller can view, newest first, by page',
  }),
  ...proven('test/api/sharing.test.ts', {
    'Grants count only while the visibility is shared.':
      'follows grants to users and teams only while the visibility is shared',
    'Only the owner and space admins change the owner.':
      'does not let a manager who is not the owner change the owner',
    'With If-Match, the sharing is replaced only where nobody has changed it meanwhile.':
      'is replaced with If-Match only where nobody has changed it since it was read',
    'With If-None-Match: *, the sharing is never replaced.':
      'is never replaced with If-None-Match: *, because every workspace has one',
    'A PATCH changes only what it sends.': 'changes only the fields that a PATCH sends',
    'An archived workspace is read only, and archiving is idempotent.':
      'is read only and not listed once archived, and archiving is idempotent',
    'A repeated principal is a 400.': 'with the same principal twice answers 400',
  }),
  ...proven('test/contract/workspaces.test.ts', {
    'A new workspace is on the default branch of its repository.':
      'a new workspace is on the default branch of its repository, whatever that is called',
    'A PATCH takes each of its six fields by itself, and an empty list clears.':
      'a PATCH changes each field by itself, and nothing else',
    'The grants sent are the grants kept, and a change of the visibility keeps them.':
      'grants are kept where the visibility changes, and those that are sent are those that are kept',
    'In an archived workspace every read works.': '%s still works',
    'In an archived workspace every other write or start is a 409 workspace_archived.':
      '%s is refused with workspace_archived',
    'Its workers and sessions can still be deleted, and it can come back.':
      'a worker and a session can still be stopped, and the workspace comes back',
  }),
  ...proven('test/api/workspaces.test.ts', {
    'A wrong field of a new workspace is a 400 that names it.': 'with %s answers 400 and names the field',
    'A connector that is not of this space is a 400 with its index.':
      'with an unknown connector answers 400 and names its index',
    'One workspace can be read.': 'an unknown workspace answers 404',
  }),
  ...proven('test/api/workspace-changes.test.ts', {
    'A new repository brings its default branch, unless a branch is sent.':
      'updateWorkspace takes the default branch of a new repository, unless a branch is sent',
    'A PATCH without a field changes nothing.': 'updateWorkspace with no fields changes nothing',
  }),
  ...proven('test/api/archived-starts.test.ts', {
    'Archiving stops the workers of a workspace.':
      'archiving waits for a worker start in progress, then stops that worker',
  }),
  ...proven('test/api/sharing.test.ts', {
    'An unknown principal is a 400 that names it.': 'given as %j answers 400 and names the field',
  }),
];
