import { z } from 'zod';
import { text } from './texts.js';

const outOfRange = { code: 'invalid_request', type: 'out_of_range' } as const;
const maxHeartbeatSeconds = 300;

/** Where the stream of a space begins, and what it contains. */
export const followSpaceQuery = z.object({
  after: text(
    'The `cursor` of the last event that the client has, `0` for all that are still stored; default: only what happens from ' +
      'now on. `Last-Event-ID` takes precedence.',
    { pattern: '^\\d{1,15}$' },
    'eventCursor',
  ).optional(),
  heartbeat_seconds: z
    .string()
    .refine((digits) => /^-?\d+$/.test(digits), 'must be a whole number')
    .transform(Number)
    .refine((seconds) => seconds >= 1 && seconds <= maxHeartbeatSeconds, {
      message: `must be from 1 to ${maxHeartbeatSeconds}`,
      params: outOfRange,
    })
    .meta({ type: 'integer', minimum: 1, maximum: maxHeartbeatSeconds })
    .describe('After so many seconds without an event comes a `heartbeat`; default: none comes.')
    .optional(),
});
