import { type Claim, proven } from './claim.js';

/** Executions, their streams, and what their end means. */
export const executionsClaims: Claim[] = [
  ...proven('test/contract/runtime.test.ts', {
    'An execution_id that is sent again re-attaches from Last-Event-ID.':
      'is followed from Last-Event-ID where its execution_id is sent again',
    'An execution_id of another user is a 409.': 'of another user is a 409, however equal the request is',
    'Executions of a session run in the order in which they came.':
      'runs in the order in which it came, whoever sent it',
    'Only what the same user has queued is aborted by an error.':
      'that fails aborts what its user has queued behind it, and not what others have',
    'Nothing is aborted with stop_on_error: false.': 'that fails aborts nothing with stop_on_error: false',
    'Each type of event has the fields of the Jupyter messaging specification, and one last event ends the stream.':
      'has each type of event with the fields of Jupyter, and one last event',
    'The event error has the fields of the contract.':
      'ends with the event error, and its fields, where the kernel has died',
    'What fails before the stream begins has its real status.':
      'is a plain answer with its status where the run does not begin',
  }),
  ...proven('test/rest/event-stream.test.ts', {
    'A stream is kept alive by a comment each 15 seconds.':
      'a stream without an event has a comment each 15 seconds, which keeps it alive',
  }),
  ...proven('test/engines/kernels/execute.test.ts', {
    'Comms are events.': 'reports comm_open, comm_msg and comm_close',
    'What is too large is an output_lost.':
      'reports buffers that are too large as lost output and completes the run',
  }),
  ...proven('test/api/execute/log-outage.test.ts', {
    'An output_lost says how many events were lost.':
      'says how many events were dropped when more came than may wait',
  }),
  ...proven('test/api/execute/run.test.ts', {
    'A wrong field of a run is a 400 that names it.': 'with the body %j answers 400 and names the field',
    'The death of a kernel is the event error.': '%s ends the stream with the SSE event error within 5 s',
    'A viewer may follow a run, and not start one.':
      'in the session of another user answers 403 to start and 200 to follow',
    'Last-Event-ID beyond the log is a 400, and at its end a 204.':
      'with a Last-Event-ID beyond its log answers 400 when it is resumed, and ignores it when it is new',
  }),
  ...proven('test/api/execute/dead-kernels.test.ts', {
    'A run that was reported as failed never runs afterwards.':
      'a cell that is sent to a dead kernel before anybody knows fails, and never runs',
  }),
  ...proven('test/rest/execution-stream.test.ts', {
    'What may have begun is not retryable.':
      'a stream that breaks off after %j ends with an error that has the last sequence number',
  }),
  ...proven('test/api/subscriptions/gateway-stops.test.ts', {
    'A stream of a gateway that stops ends without a terminal event.':
      'a gateway that stops ends its streams without a last event, and says when to connect again',
  }),
  ...proven('test/api/execute/late-output.test.ts', {
    'A log that has expired keeps its outputs as a reset.':
      'an expired log keeps its late output as a late reset, and gets no more',
  }),
  ...proven('test/api/execute/input.test.ts', {
    'A password is in no log.': 'hides a password, which no log contains',
  }),
];
