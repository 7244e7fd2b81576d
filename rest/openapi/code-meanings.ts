import type { ErrorCode } from '../../src/errors.js';

/** What each code means, as a sentence for the description of a response. */
const codeMeanings: Record<ErrorCode, string> = {
  unauthenticated: 'There is no token, or it is not valid.',
  insufficient_scope: 'The token does not have the scope that this operation needs.',
  forbidden: 'You do not have the permission that this operation needs.',
  branch_protected: 'The branch is protected: only space admins may write to it.',
  not_found: 'It does not exist in this space, or the space does not exist for you.',
  method_not_allowed: 'The path does not take this method; `Allow` lists those that it takes.',
  invalid_request: 'A value of the request is wrong; `errors` names every one of them.',
  invalid_path: 'A path is not one that a file of this kind may have, or the content is of another kind.',
  invalid_ref: 'A branch or ref has a name that Git does not allow.',
  invalid_notebook:
    'The notebook does not fit the schema of its nbformat version; `errors` has the path of each fault.',
  file_exists: 'A file with this path exists.',
  base_sha_conflict:
    'The branch has another file than the one that the request expects, which `base_sha` names: `current_sha` is there now. ' +
    '`mergeable`, where it was tried, says whether a save can be merged with it.',
  merge_conflict: 'Both branches changed or renamed the same; `files` names what. Nothing was merged.',
  unreadable_file: 'The stored file is not UTF-8, or not a valid notebook; it can be read with Git.',
  precondition_failed:
    'What is there now is not what `If-Match` or `If-None-Match` asks for: read it again. What has no `ETag` takes `*` in ' +
    '`If-Match`, and no tag.',
  range_not_satisfiable:
    'The file has none of the bytes that `Range` asks for; `Content-Range` has the size of the file.',
  already_exists: 'It exists already: use the one that exists, or choose another name.',
  workspace_archived: 'The workspace is archived: unarchive it first.',
  session_dead: 'The kernel of the session is dead: restart the session first.',
  kernel_busy: 'The kernel runs a cell and cannot answer beside it: ask again later.',
  worker_not_live: 'The worker has stopped: open a new session.',
  execution_id_reused: 'The `execution_id` belongs to another run: another body, session or user.',
  run_id_reused: 'The `run_id` belongs to another run of a notebook: another body or user.',
  execution_finished: 'The run has ended.',
  source_mismatch:
    'The notebook on the branch has another source for the cells that `errors` names: save it, or read it again.',
  input_not_expected:
    'The run does not wait for this input: it was answered already, or it is not asked for any more.',
  quota_exceeded:
    'What you ask for exceeds a limit of what may run or wait at the same time; `detail` names it: stop something, or wait.',
  idempotency_key_reused: 'The `Idempotency-Key` was used with another body.',
  idempotency_in_progress:
    'The first request with this `Idempotency-Key` is still running: try again after `Retry-After`.',
  payload_too_large:
    'The body, or what the operation would have to read or answer, is over a limit; `detail` names it.',
  unsupported_media_type:
    'The body has another media type than this operation takes, or a `Content-Encoding`.',
  head_too_large: 'The request line and the headers have more than 16 KiB together: send less in them.',
  rate_limited: 'There are too many requests: wait.',
  query_too_expensive:
    'A GraphQL operation may answer too many objects: ask for smaller pages or fewer fields.',
  request_timeout: 'The body arrived too slowly: send the request again.',
  overloaded: 'The gateway has too much to do at this moment: try again after `Retry-After`.',
  runtime_unavailable: 'The Jupyter server, or what starts it, cannot be reached.',
  session_starting: 'The kernel is still starting: try again after `Retry-After`.',
  storage_unavailable: 'The database or the repository cannot be read now: try again after `Retry-After`.',
  issuer_unavailable:
    'The token is a JWT, and the keys of its issuer cannot be read now: try again after `Retry-After`.',
  kernel_died: 'The kernel stopped during the run.',
  worker_lost: 'The worker was lost during the run.',
  gateway_restarted: 'The gateway restarted and could not resume the run.',
  internal: 'A fault of the gateway; it is logged with the `request_id`.',
};

/** The meanings of some codes as a Markdown list. */
export function meaningsOf(codes: readonly ErrorCode[]): string {
  return codes.map((code) => `- \`${code}\`: ${codeMeanings[code]}`).join('\n');
}
