/** Something that clients may rely on, with the test that proves it. */
export interface Claim {
  claim: string;
  file: string;
  title: string;
}

/** Claims that the tests of one file prove: what clients may rely on, and the title of the test. */
function proven(file: string, titles: Record<string, string>): Claim[] {
  return Object.entries(titles).map(([claim, title]) => ({ claim, file, title }));
}

const everywhere = [
  ...proven('test/api/rate-limits.test.ts', {
    'Requests are limited by token, and answered 429 above that.':
      'every answer shows what is left, and over the limit each transport answers 429',
    'So is the cost of GraphQL operations.':
      'the cost of operations has a limit of its own, which no operation beyond it uses up',
  }),
  ...proven('test/process/restart.test.ts', {
    'The first start prints a token and keeps one copy with the mode 0600.':
      'the first start prints the token and keeps one copy that only the owner can read',
    'What was saved is there after a kill, and what ran goes on.':
      'after kill -9 saves, logs, worker and kernel are available again, and what ran goes on',
  }),
  ...proven('test/process/resume.test.ts', {
    'The gateway may be replaced while a run goes on, and the run goes on too.':
      'a run goes on with the same id, each line once and in order, and queued cells run once after it',
    'A run that ended while no gateway ran has its true end.':
      'a run that ended meanwhile has its outputs and its true end',
    'A gateway that stops ends no run, and streams are resumed.':
      'after SIGTERM streams end without a last event, and runs and queued cells go on in the next gateway',
  }),
  ...proven('test/api/sign-in.test.ts', {
    'A JWT of a configured issuer authenticates.':
      'the first token of a person makes one user, however many requests send it',
    'A stream ends with the JWT of its caller.': 'a stream ends when its token does, and not before',
  }),
  ...proven('test/api/auth.test.ts', {
    'An expired or revoked token is a 401.': 'an expired and a revoked token answer 401',
    'An unknown space and a space of others answer alike.':
      'a space of others and an unknown space give the same answer, byte for byte',
    'A token without the scope is a 403 insufficient_scope.':
      'a token without the needed scope answers 403 insufficient_scope',
    'The health endpoints need no token.': 'the health endpoints need no token',
    'X-Request-Id is kept where it is well formed.':
      'a well-formed request id is kept and any other is replaced',
    'An unsupported method is a 405.':
      'an unsupported method on a known path answers 405 with an Allow header',
  }),
  ...proven('test/api/statuses-everywhere.test.ts', {
    'Unknown ids in a path and ids of another space answer alike.':
      'gives the same answer for unknown ids, ids of another space and malformed ids',
    'A bad value is a 400 that names it.': '%s answers 400 and names the wrong field',
    'Every documented error has a test.': 'the documented errors without a test are these only',
  }),
  ...proven('test/api/bad-input-together.test.ts', {
    'All faults of a request are in one answer.':
      'names a wrong value beside an unknown field, in the words of the command',
  }),
  ...proven('test/api/bad-input-generated.test.ts', {
    'An unknown field of a body is a 400 that names it.': '%s refuses every generated bad body',
  }),
  ...proven('test/api/variable-errors.test.ts', {
    'A fault of a GraphQL variable has the path of its field.':
      'names every value that its type does not allow in one error, below the variable of an input',
    'A time is one of RFC 3339.': 'a day that does not exist is refused as a time',
  }),
  ...proven('test/api/rest-paging.test.ts', {
    'The size of a page is capped without an error.': 'caps the size, however many digits it has',
  }),
  ...proven('test/api/idempotency.test.ts', {
    'A POST with a key runs once.': 'requests with the same key and body run once and get the same answer',
    'The same key with another body is a 409.': 'the same key with another body is answered 409',
    'A repeated request is authorized anew.': 'a repeated request is authorized again',
    'An answer is repeated for 24 hours.': 'an answer is stored for 24 hours and a lease lasts 2 minutes',
  }),
  ...proven('test/contract/description.test.ts', {
    'The API description is served as it is checked in.':
      'the description is served as it is checked in, to callers with a token',
  }),
  ...proven('test/contract/contract.test.ts', {
    'Every row answers over REST what GraphQL answers.':
      'the tests above sent a request to every row of the API',
  }),
];

const workspaces = [
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
];

const files = [
  ...proven('test/api/files/comparisons.test.ts', {
    'Two refs can be compared, with the files that differ.':
      'lists the files that differ, with renames of similar files',
    'A notebook is compared cell by cell.': 'has the cells of a notebook with what became of each',
  }),
  ...proven('test/api/files/merged-saves.test.ts', {
    'A conflict says whether a merge is possible, and merge: auto does it.':
      'says that a merge is possible, and merges on demand',
  }),
  ...proven('test/api/files/branch-merges.test.ts', {
    'Branches are merged, notebooks by cells.':
      'merges notebooks by cells and texts by lines, and takes over what one side alone changed',
    'A merge keeps a rename apart from a new file at the old path.':
      'keeps the id apart from that of a new notebook at the old path',
  }),
  ...proven('test/api/files/merged-commits.test.ts', {
    'Several saves in one commit are merged, or none is written.':
      'nothing is written where one of them cannot be merged, and the conflict names its cells',
  }),
  ...proven('test/api/files/reading-and-saving.test.ts', {
    'A file has its blob sha as ETag, and If-None-Match is answered 304.':
      'answers 304 to its ETag in If-None-Match',
    'The same bytes again make no commit.':
      'saved again with the same bytes creates no version and no commit',
    'Number tokens are kept.': 'keeps its number tokens through read and save',
    'A wrong base_sha is a 409 with the current one.':
      'a wrong base_sha answers 409 with the current one, and writes nothing',
    'Of concurrent saves from one base one succeeds.':
      'of 20 concurrent saves of one file with the same base_sha one succeeds and 19 answer 409',
    'No save drops another commit.': '20 concurrent saves of 20 files on one branch create 20 commits',
    'A rename keeps the notebook id.':
      'a rename keeps the notebook id, and a new file at the old path gets a new id',
  }),
  ...proven('test/api/files/refusals.test.ts', {
    'A body over 64 MiB is a 413.': 'a body over 64 MiB answers 413',
    'A stored file that is no valid notebook is listed, and a 409 when it is read.':
      'a stored notebook that is not valid is listed, and answers 409 when read',
    'A protected branch takes writes from space admins only.':
      'a viewer may read and not write, and a protected branch accepts writes of space admins only',
  }),
  ...proven('test/api/git-push.test.ts', {
    'A protected branch takes pushes from space admins only.':
      'that are protected accept pushes from space admins only',
  }),
  ...proven('test/api/versions.test.ts', {
    'Versions are newest first, and pushes are among them.':
      'of saves and of native pushes are newest first, and each can be read',
    'A pushed rename keeps the notebook id, and branches share it.':
      'follow a pushed rename, and another branch has the same notebook id',
  }),
  ...proven('test/api/files/archive.test.ts', {
    'An archive of a workspace at a ref can be read.': 'as %s has the stored bytes of every regular file',
  }),
  ...proven('test/api/files/search.test.ts', {
    'The names and the content of files can be searched, with pages of one commit.':
      'pages after a cursor stay with their commit when the branch moves',
    'A hit in a notebook names the cell.':
      'finds the lines of text files, and those of sources and outputs of cells',
  }),
];

const runtime = [
  ...proven('test/api/execute/start.test.ts', {
    'A start with the same inputs answers the live worker.':
      'a start with the same inputs answers the live worker of a session',
    'A session that is live is answered with 200.': 'a session that is live already answers 200',
    'An unknown workspace or worker in a body is a 404.': 'an unknown workspace or worker answers 404',
  }),
  ...proven('test/api/execute/runtime.test.ts', {
    'A commit reaches a live worker within 2 s, and no changed file is overwritten.':
      'a save on the branch reaches the worker within 2 s; a file that the kernel changed is kept and reported',
    'A deleted session is a 404 and its logs stay.':
      'a deleted session answers 404, its log remains, and a stopped worker leaves no process',
  }),
  ...proven('test/api/worker-expiry.test.ts', {
    'An idle worker is stopped with idle_timeout.':
      'an idle worker is announced to its watchers, and stopped at that moment with idle_timeout',
  }),
  ...proven('test/api/worker-quotas.test.ts', {
    'Quotas hold under concurrent starts.':
      '30 concurrent starts stop exactly at the number of workers of a user',
  }),
  ...proven('test/api/execute/run.test.ts', {
    'Events are numbered, and final_response ends the stream.':
      'streams its numbered events and ends with final_response',
    'An exception is an event, then a final_response with status error.':
      'that raises ends with a notebook_event error, then final_response with status error',
    'A run outlives its client, and resumes after Last-Event-ID.':
      'continues when its client disconnects, and its stream resumes after Last-Event-ID without gap or repeat',
    'An execution_id that is sent again does not run twice.':
      'sent again with its execution_id is followed, and does not run twice',
    'GraphQL has the same events.':
      'has the same events as a GraphQL subscription through Yoga and graphql-sse, distinct and single',
    'After an error those queued behind it end as aborted.':
      'that fails aborts those queued after it by the same user',
    'A queued run can be cancelled.': 'can be cancelled while queued',
    'A run over its timeout is interrupted and timed_out.':
      'that exceeds timeout_seconds is interrupted and ends as timed_out',
    'Output is not lost.': 'with 20,000 prints loses no output',
  }),
  ...proven('test/api/execute/batch.test.ts', {
    'Several cells can be queued atomically.':
      'is queued whole or not at all: every fault is named, and nothing runs',
  }),
  ...proven('test/api/execute/save-outputs.test.ts', {
    'Each cell of a batch can have its outputs saved.':
      'puts the outputs of those cells that ask for it into the notebook, each with a commit of its own',
  }),
  ...proven('test/api/notebook-runs/run-notebook.test.ts', {
    'Whole notebooks run, and the executed notebook is one commit.':
      'gives the outputs that nbclient gives, and saves them in the place of the notebook with one commit',
    'A run loses no outputs where the file has moved on.':
      'keeps the outputs where the file has moved on meanwhile, and says why they are not saved',
    'A schedule runs a notebook when it is due.':
      'of a schedule is the same run, as its user, when the gateway sees that it is due',
    'Output after a notebook was saved is in the log, not in the notebook.':
      'does not change the saved notebook when a cell prints after that',
  }),
  ...proven('test/api/notebook-runs/run-retention.test.ts', {
    'Runs of notebooks are removed after twice the days of retention.':
      'after twice the days of retention a run is gone with its cells and their executions',
  }),
  ...proven('test/api/schedules/schedules.test.ts', {
    'Each due time of a schedule starts one run.':
      'starts one run, also where four gateways try it at the same time and again',
    'Missed due times are reported and not run all together.':
      'runs once after an outage, and reports the others as missed',
    'A schedule whose user lost the right is suspended.':
      'is suspended where its user %s, and goes on when somebody lets it',
  }),
  ...proven('test/api/execute/late-output.test.ts', {
    'Output after the end of a run is in its log as late events.':
      'what %s prints after the end of its run follows in its log, numbered on and marked as late',
    'Late output is not part of the run that goes on then.':
      'late output is not mixed into the run that goes on then',
    'A subscription can follow late output.':
      'a subscription with includeLate follows a run beyond its end, until its session ends',
  }),
  ...proven('test/api/execute/cancelled-runs.test.ts', {
    'A restarted or deleted session ends its runs as cancelled.': 'when the session is restarted or deleted',
  }),
  ...proven('test/api/execute/input.test.ts', {
    'An input_request can be answered by another client.':
      'says that it waits, and goes on with the answer that another client gives',
  }),
  ...proven('test/api/execute/execution-retention.test.ts', {
    'Logs stay for the days of retention, then only their outputs and ends.':
      'after the days of retention a log is its outputs and its end, under their numbers',
  }),
  ...proven('test/api/execute/run-data.test.ts', {
    'Cut outputs keep heads, tails and every exception.':
      'an exception after very much output is among the outputs, with the head and the tail of the output',
  }),
];

const streams = [
  ...proven('test/api/subscriptions/lifetime.test.ts', {
    'A stream ends within 5 s after its token was revoked.':
      'ends the streams of a revoked token within 5 s, and no others',
    'A stream ends when its caller may no longer view the workspace.':
      'ends the streams of a workspace that its caller may no longer view within 5 s',
  }),
  ...proven('test/api/subscriptions/space-events.test.ts', {
    'Everything that the caller may see is one stream at /events.':
      'sends everything that happens in a space once and in order, with the exception of a cell',
    'The stream of a space is resumed without gap or repeat.':
      'resumes after a cursor with the same items, also what happened while nobody followed',
    'The stream of a space has only what its caller may view at that moment.':
      'are those of the moment: of workspaces, of repositories, and of admins',
  }),
  ...proven('test/api/subscriptions/schedule-events.test.ts', {
    'The stream of a space has what happens to schedules.':
      'say once and in order what somebody did to one, with its values then',
    'It says when a due time of a schedule was missed.':
      'say that a run was started, that due times were missed and why, and that it was suspended',
  }),
  ...proven('test/api/subscriptions/fan-out.test.ts', {
    'An event is checked and read once for each caller.':
      'a change is read once for all streams of a caller, on every topic',
  }),
];

/** What clients may rely on, as far as a test can try it. */
export const claims: Claim[] = [...everywhere, ...workspaces, ...files, ...runtime, ...streams];
