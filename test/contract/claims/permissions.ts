import { type Claim, proven } from './claim.js';

/** Who may do what. */
export const permissionsClaims: Claim[] = [
  ...proven('test/contract/who-may-do-what.test.ts', {
    'Each role may do what the table says, by visibility, ownership and grants, on every route.':
      '%s may do what the table says, and nothing else',
    'A repository that no workspace of the caller is over cannot be named in a workspace.':
      'a workspace is made over a repository, or pointed at one, only by those who may edit that',
    'Workers and sessions are run by who started them and by space admins, with can_edit at that moment, and stopped without.':
      '%s sees it, runs it and stops it as the contract says',
    "The REST lists of workers and sessions are the caller's own.":
      'is in the lists of the user who started it, and in those of nobody else',
  }),
  ...proven('test/access/workspace-policy.test.ts', {
    'Lists and single reads of workspaces follow one table.': 'a workspace that is %s: may %s',
  }),
  ...proven('test/access/runtime-policy.test.ts', {
    'Lists and single reads of workers, sessions and executions follow one table.':
      'follow the table for what %s started in a workspace that is %s',
  }),
  ...proven('test/access/repository-policy.test.ts', {
    'A repository is as private as its workspaces; where there is none, the space role counts.':
      'over a repository with %s are those of the table, whatever the token scope',
  }),
  ...proven('test/api/git-access.test.ts', {
    'Git access needs what the repository needs.':
      'Git access to a repository needs access to one of its workspaces',
    'A clone needs the scope read, and a push write.': 'clone needs the scope read and push the scope write',
  }),
  ...proven('test/api/workspaces.test.ts', {
    'To make a workspace, one needs the role editor.': 'needs the role editor',
  }),
  ...proven('test/api/sharing.test.ts', {
    'Metadata, sharing and the archive need can_manage.': 'can be read and replaced only with can_manage',
  }),
  ...proven('test/api/workspace-runtime.test.ts', {
    'Who may view a workspace sees the workers of all in GraphQL.':
      'sees the live workers of all users, newest first',
    'Who may view a workspace sees the sessions and executions of all in GraphQL.':
      'sees the sessions of all users with their executions, newest first, without deleted ones',
  }),
  ...proven('test/api/effective-permissions.test.ts', {
    'Every resource says what the caller may do with it.':
      'effectivePermissions of every resource are those of a space %s',
  }),
  ...proven('test/contract/files.test.ts', {
    'Routes of repositories answer with Deprecation and a Link to their successor.':
      'the routes of a repository answer that they are deprecated, with the route that replaces them',
  }),
  ...proven('test/contract/contract.test.ts', {
    'The Link is for callers who see a workspace over the repository.':
      'the Link to a successor is absent for callers who can view no workspace over the repository',
  }),
  ...proven('test/api/statuses-files.test.ts', {
    'A protected branch is a 403 branch_protected on every route that writes.': 'branch_protected',
  }),
  ...proven('test/api/platform-repositories.test.ts', {
    'A protected branch takes writes over GraphQL from space admins only.':
      'can be written and deleted by space admins only while protected',
  }),
  ...proven('test/api/worker-files.test.ts', {
    'A protected branch takes commits of files of a worker from space admins only.':
      'is refused on a protected branch, but for space admins',
  }),
  ...proven('test/api/files/branch-merges.test.ts', {
    'A protected branch takes merges from space admins only.':
      'to those who may not edit, and on a protected branch',
  }),
];
