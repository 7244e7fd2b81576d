import './scalars.js';
import './user.js';
import './api-token.js';
import './space.js';
import './space-member.js';
import './team.js';
import './repository.js';
import './repository-maintenance.js';
import './branch.js';
import './repository-remote.js';
import './query-connector.js';
import './catalog-entry.js';
import './workspace.js';
import './workspace-access.js';
import './notebook-version.js';
import './file.js';
import './file-state.js';
import './file-entry.js';
import './file-change.js';
import './file-commit.js';
import './notebook-document.js';
import './notebook-link.js';
import './kernel-profile.js';
import './resource-class.js';
import './jupyter-server.js';
import './worker.js';
import './worker-file.js';
import './warm-pool.js';
import './worker-life.js';
import './session.js';
import './execution.js';
import './execution-event.js';
import './execution-output-event.js';
import './execution-comm-event.js';
import { builder } from './builder.js';

/** The one GraphQL schema, which all transports execute. */
export const schema = builder.toSchema();

schema.description = `Git-backed notebook workspaces with live kernels.

Errors: \`extensions.code\` is from a closed list and keeps its meaning; \`extensions.requestId\` is also in the log of the
gateway. An error about fields of the input has \`extensions.errors\`, a list of all faults:
\`{"path": ["newPath"], "message": "must not be empty", "type": "too_short"}\`. A path begins below the argument that holds
the input, and counts list items from 0: \`["changes", 3, "create", "path"]\`. Further members belong to the code:
\`base_sha_conflict\` has \`path\`, \`branch\`, \`baseSha\` and \`currentSha\`.`;
