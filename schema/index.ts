import './scalars.js';
import './user.js';
import './api-token.js';
import './space.js';
import './space-member.js';
import './team.js';
import './repository.js';
import './repository-maintenance.js';
import './branch.js';
import './branch-merge.js';
import './repository-remote.js';
import './query-connector.js';
import './catalog-entry.js';
import './workspace.js';
import './workspace-access.js';
import './presence.js';
import './notebook-version.js';
import './file.js';
import './file-state.js';
import './file-content.js';
import './archive.js';
import './file-entry.js';
import './folder.js';
import './notebook-export.js';
import './cell-blame.js';
import './search.js';
import './file-change.js';
import './file-commit.js';
import './comparison.js';
import './notebook-document.js';
import './notebook-link.js';
import './kernel-profile.js';
import './resource-class.js';
import './jupyter-server.js';
import './worker.js';
import './worker-file.js';
import './warm-pool.js';
import './worker-life.js';
import './kernel-question.js';
import './session.js';
import './execution.js';
import './execution-list.js';
import './outputs-save.js';
import './notebook-run.js';
import './notebook-run-event.js';
import './schedule.js';
import './execution-event.js';
import './execution-output-event.js';
import './execution-comm-event.js';
import './comm-message.js';
import './session-comm.js';
import './space-event.js';
import './space-change-event.js';
import './space-schedule-event.js';
import { builder } from './builder.js';
import { countAnswers } from './count-answers.js';

/** The one GraphQL schema, which all transports execute. */
export const schema = builder.toSchema();

countAnswers(schema);

schema.description = `Git-backed notebook workspaces with live kernels.

Errors: \`extensions.code\` is from a closed list and keeps its meaning; \`extensions.requestId\` is also in the log of the
gateway. An error about fields of the input has \`extensions.errors\`, a list of all faults:
\`{"path": ["newPath"], "message": "must not be empty", "type": "too_short"}\`. A path begins below the argument that holds
the input, and counts list items from 0: \`["changes", 3, "create", "path"]\`. Further members belong to the code:
\`base_sha_conflict\` has \`path\`, \`branch\`, \`baseSha\` and \`currentSha\`, of a save also \`mergeable\` (left out
where too much work runs to find out), and the \`conflicts\` of the cells of a notebook; \`file_exists\`, and \`not_found\` of a write, have
the \`path\` of the file; \`merge_conflict\` has \`files\` (see \`mergeBranch\`); \`query_too_expensive\` has \`cost\` and \`limit\`.

Limits: a document has at most 128 KiB, 5,000 tokens, 100 nested brackets, 60 operations and fragments, 2,000 fields and 20
levels, with its fragments expanded. The variables are those that the operation declares. The texts and the JSON of one answer, or
of one event, have at most 64 MiB beside any one of them. Each alias of a field counts, and in each row of a list each field
counts with its name and 128 bytes more: \`payload_too_large\`. An answer has its first 100 errors.

Cost: before an operation is executed, it is computed what it may cost, and an operation over the limit of the gateway is
refused as \`query_too_expensive\`. An object costs 1, a value 0.1, also \`__typename\`, and a field of objects that has
arguments 10 more. Each alias of a field counts, and every 100 characters of an alias cost 0.1. A page
costs the rows that it may have (\`first\` or \`limit\`, or their default), times what is selected of a row; another list of
objects counts as its usual length. Introspection costs a fifth, but for fields with an alias. What \`@skip\` and \`@include\`
leave out counts too.`;
