import { type Claim, proven } from './claim.js';

/** The rows beyond the documented ones. */
export const furtherClaims: Claim[] = [
  ...proven('test/contract/contract.test.ts', {
    'Repositories and branches are listed, made and deleted.':
      'repositories and branches have equal answers over REST and GraphQL',
    'A file is deleted with one commit, which is answered.':
      'a deleted file has equal answers over REST and GraphQL',
    'A version is restored with a new commit.': 'a restored version has equal answers over REST and GraphQL',
    'Executions are read with their states, times, error and outputs.':
      'have equal event streams when executions are started, followed and followed again',
    'A queued execution is cancelled over REST.': 'have equal answers when queued executions are cancelled',
    'A run is started, read, followed with run_event frames to its final_response, and cancelled.':
      'have equal answers when whole notebooks are run, read, followed and cancelled',
    'Kernels complete and inspect code.': 'have equal answers when their kernels complete and inspect code',
    'Comms get messages.': 'have equal answers when they get comm messages',
  }),
  ...proven('test/api/files/raw-files.test.ts', {
    'Files of any bytes are read whole, in ranges and by ETag, and written.':
      'is created, read whole, in ranges and by its tag, and replaced',
    'Several changes are one commit with 201, all or none, also in base64.':
      'are applied in order, also with base64, and all or none',
    'A commit has up to 500 changes, and a fault names its change.':
      '%j are refused with the location of the fault',
  }),
  ...proven('test/api/worker-files.test.ts', {
    'What the kernels wrote is listed.':
      'are modified, added and deleted, and are listed as pages sorted by path',
    'What the kernels wrote is read with an ETag.': 'are a download with its blob sha as ETag',
    'Chosen files of a worker are one commit.':
      'writes one commit by the caller with the bytes as they are, and the worker is in step then',
  }),
  ...proven('test/api/execute/batch.test.ts', {
    'A batch is queued together, 201 with its executions, with nothing of others in between.':
      'runs in its order, with no run of others in between',
    'A cell whose source is another one by now is a 409 source_mismatch.':
      'runs while the notebook on the branch has that source, and is refused once it has another',
  }),
  ...proven('test/api/notebook-runs/run-notebook.test.ts', {
    'A run takes parameters and another path for its result.':
      'sets parameters as papermill does, replaces them in the next run, and saves where it is asked to',
    'A run ends when it is cancelled and when its time has passed.':
      'ends when it is cancelled and when its time has passed, and its own session ends with it',
  }),
  ...proven('test/api/schedules/schedules.test.ts', {
    'Schedules are made, listed, changed and deleted.': 'has the defaults, is listed, changed and deleted',
  }),
];
