import type { Claim } from './claim.js';
import { everywhereClaims } from './everywhere.js';
import { executionsClaims } from './executions.js';
import { filesClaims } from './files.js';
import { furtherClaims } from './further.js';
import { permissionsClaims } from './permissions.js';
import { runningClaims } from './running.js';
import { runtimeClaims } from './runtime.js';
import { streamsClaims } from './streams.js';
import { workspacesClaims } from './workspaces.js';

/** What clients may rely on, as far as a test can try it. */
export const claims: Claim[] = [
  ...runningClaims,
  ...everywhereClaims,
  ...permissionsClaims,
  ...workspacesClaims,
  ...filesClaims,
  ...runtimeClaims,
  ...executionsClaims,
  ...furtherClaims,
  ...streamsClaims,
];
