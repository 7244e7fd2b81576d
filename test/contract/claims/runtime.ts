import { type Claim, proven } from './claim.js';

/** Kernels, workers and sessions. */
export const runtimeClaims: Claim[] = [
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
      'gives the outputs that nbclient gives, and saves them instead of the notebook with one commit',
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
  ...proven('test/contract/runtime.test.ts', {
    'A worker and a session have the fields of the contract.': 'have the fields of the contract',
    'The resource class of a worker is a snapshot taken at its start.':
      'keep the resource class as it was when the worker was started',
    'A session uses the worker that it names, or the live one of its user.':
      'uses the worker that it names, or the live one of its user for the same workspace',
    'Where there is none, a session starts a worker.':
      'starts a worker where its user has none there, which others do not share',
    'All but deletion and logs of a deleted session is a 404.':
      'is a 404 for everything but its deletion and its logs',
  }),
  ...proven('test/api/execute/start.test.ts', {
    'A kernel profile has the fields of the contract.': 'lists kernel profiles with their availability',
    'A resource class has the fields of the contract; a disabled one is a 400.':
      'lists enabled resource classes',
    'A start with a wrong field is a 400 that names it.': 'a start with %j answers 400 and names the field',
  }),
  ...proven('test/api/jupyter-servers.test.ts', {
    'A profile of the runtime external uses registered servers.':
      'go to the server that is the least full, never above a capacity, and are refused when all are full',
  }),
  ...proven('test/api/worker-failures.test.ts', {
    'A start answers 201 with the status starting, and a worker that fails says why in a word.':
      'a worker whose server %s fails with a reason',
  }),
  ...proven('test/workers/status-reasons.test.ts', {
    'Every reason is documented.': 'the documentation has every reason for which a worker ends',
  }),
  ...proven('test/containers/docker-deaths.test.ts', {
    'A server without memory is out_of_memory.': 'is out_of_memory when the server had no memory left',
  }),
  ...proven('test/containers/docker-starts.test.ts', {
    'An image that is not there is image_missing.':
      'ends with image_missing when the image cannot be pulled, and that is reported from then on',
  }),
  ...proven('test/api/statuses-runtime.test.ts', {
    'A session that takes too long is a 503 with Retry-After, while its worker goes on starting.':
      'session_starting',
    'A start over quota is a 409 quota_exceeded.': 'quota_exceeded',
    'A backend that is not reachable is a 503.': 'runtime_unavailable',
    'A dead session is a 409 for execute and interrupt.': 'session_dead',
    'A worker that is not live is a 409.': 'worker_not_live',
  }),
  ...proven('test/api/subscriptions/runtime-changes.test.ts', {
    'A worker goes from starting to ready and busy, and to stopped.':
      'send the whole life of a worker, a session and an execution',
  }),
  ...proven('test/api/worker-stops.test.ts', {
    'A worker that ended never revives: a new start is a new worker.':
      'a start during a stop creates a new worker',
    'What cannot be stopped is failed.':
      'a worker that cannot be stopped is failed, and is stopped as soon as the backend allows',
  }),
  ...proven('test/api/execute/run.test.ts', {
    'The files of the branch are there before the worker is ready.':
      'can read the files of the branch beside the notebook',
    'An interrupt ends a cell as the kernel replies, and does nothing to an idle session.':
      'that is interrupted ends with the reply of the kernel',
  }),
  ...proven('test/api/execute/kernel-starts.test.ts', {
    'Execute while starting queues.': 'queues cells, and an interrupt does nothing',
    'Execute while restarting queues.':
      'in place of a dead kernel queues cells, and an interrupt does nothing',
  }),
  ...proven('test/api/execute/dead-kernels.test.ts', {
    'A restart revives a dead session.':
      'a session whose kernels exit one after the other is dead in the end, and a restart revives it',
  }),
];
