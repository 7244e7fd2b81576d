import { keyPattern } from '../idempotency/idempotency-key.js';
import type { JsonSchema } from './json-schema.js';

/** The parameters that operations share. */
export const sharedParameters: Record<string, JsonSchema> = {
  space_slug: {
    name: 'space_slug',
    in: 'path',
    required: true,
    description: 'The slug of the space.',
    schema: { type: 'string' },
    example: 'demo',
  },
  'Idempotency-Key': {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'A key of your own for this request. A request with the same key, method, path and body gets the first 2xx answer ' +
      'again for 24 hours, instead of running once more. Quotes around the key do not count.',
    schema: { type: 'string', pattern: keyPattern },
  },
  'Last-Event-ID': {
    name: 'Last-Event-ID',
    in: 'header',
    description: 'The `id` of the last event that the client has; the stream begins after it.',
    schema: { type: 'string', pattern: '^\\d{0,9}$' },
  },
  'Last-Event-ID-Run': {
    name: 'Last-Event-ID',
    in: 'header',
    description: 'The `id` of the last event that the client has; the stream begins after it.',
    schema: { type: 'string', pattern: '^(\\d{1,6}-\\d{1,9})?$' },
  },
  'Last-Event-ID-Space': {
    name: 'Last-Event-ID',
    in: 'header',
    description: 'The `id` of the last event that the client has; the stream begins after it.',
    schema: { type: 'string', pattern: '^\\d{0,15}$' },
  },
  Range: {
    name: 'Range',
    in: 'header',
    description: 'One range of bytes, e.g. `bytes=0-99` or `bytes=-100`; any other is ignored.',
    schema: { type: 'string' },
  },
  'If-Range': {
    name: 'If-Range',
    in: 'header',
    description: 'The `ETag` that the client has; with another one, `Range` is ignored.',
    schema: { type: 'string' },
  },
  'If-Match': {
    name: 'If-Match',
    in: 'header',
    description:
      'The `ETag` that you read, or several; `*` for any. The write is a 412 where the file has another one. Needs the ' +
      'scope `read` too.',
    schema: { type: 'string' },
  },
  'If-Match-State': {
    name: 'If-Match',
    in: 'header',
    description:
      'The `ETag` that you read, or several; `*` for any. It is a 412 where the state has another one now. Default: any.',
    schema: { type: 'string' },
  },
  'If-None-Match-Write': {
    name: 'If-None-Match',
    in: 'header',
    description: '`*`: the write is a 412 where the file exists. Needs the scope `read` too.',
    schema: { type: 'string' },
  },
  'If-None-Match-State': {
    name: 'If-None-Match',
    in: 'header',
    description: '`*`: the write is a 412, because there is always a state. Tags are ignored.',
    schema: { type: 'string' },
  },
  'If-None-Match': {
    name: 'If-None-Match',
    in: 'header',
    description: 'The `ETag` that the client has; the answer is 304 while it is the current one.',
    schema: { type: 'string' },
  },
};
