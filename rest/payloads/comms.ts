import { z } from 'zod';
import { text } from './texts.js';
import { ofKind } from './value-checks.js';

const object = z.record(z.string(), z.unknown());

/** A message on a comm. */
export const commBody = z.strictObject({
  type: z
    .enum(['comm_open', 'comm_msg', 'comm_close'])
    .describe('Opens a comm for a target of the kernel, says something on it, or closes it.'),
  comm_id: text(
    'The id of the comm: one of the kernel, or a new one in a `comm_open`.',
    { minLength: 1, maxLength: 200 },
    'commId',
  ),
  target_name: text(
    'In a `comm_open`, and only there: the target that handles the comm in the kernel.',
    { minLength: 1, maxLength: 200 },
    'commTarget',
  ).nullish(),
  data: ofKind(
    'commData',
    object.meta({
      description: 'What the message says; at most 1,000,000 characters of JSON. Default: an empty object.',
    }),
  ).nullish(),
  metadata: ofKind(
    'commMetadata',
    object.meta({
      description:
        'At most 10,000 characters of JSON, e.g. the `version` of the protocol of widgets. Default: an empty object.',
    }),
  ).nullish(),
  buffers: ofKind(
    'commBuffers',
    z
      .array(z.string())
      .meta({ maxItems: 1_000, description: 'Binary buffers as base64, 6 MiB together. Default: none.' }),
  ).nullish(),
});
