import { expect, it } from 'vitest';
import { executionStream } from '../../rest/execution-stream.js';
import { DomainError } from '../../src/errors.js';
import { readEvents } from '../support/sse.js';

const ids = { execution_id: 'e1', session_id: 's1' };
const followed = { executionId: 'e1', sessionId: 's1', after: 4 };

/** The stream of a log whose reading fails after some entries. */
async function events(sequences: number[], failure: Error) {
  async function* log() {
    for (const sequence of sequences) {
      const executionEvents = { ...ids, cell_index: 0, sequence, type: 'status', execution_state: 'busy' };
      yield { executionEvents } as never;
    }
    throw failure;
  }
  return readEvents(executionStream(followed, log(), JSON.stringify));
}

it.each([
  [[5, 6], 6],
  [[], 4],
])(
  'a stream that breaks off after %j ends with an error that has the last sequence number',
  async (sequences, sequence) => {
    expect((await events(sequences, new Error('secret'))).at(-1)).toEqual({
      event: 'error',
      data: {
        ...ids,
        sequence,
        detail: expect.not.stringContaining('secret'),
        status_code: 503,
        code: 'runtime_unavailable',
        // The code may run: whoever runs it again may run it twice.
        retryable: false,
      },
    });
  },
);

it('a stream that the caller may not follow any more ends with the reason', async () => {
  const failure = new DomainError('forbidden', 'You may not view this workspace.');
  expect((await events([5], failure)).at(-1)?.data).toEqual({
    ...ids,
    sequence: 5,
    detail: failure.message,
    status_code: 403,
    code: 'forbidden',
    retryable: false,
  });
});
