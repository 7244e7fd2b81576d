import { errorCodes } from '../../src/errors.js';
import { type JsonSchema, objectOf, orNull } from './json-schema.js';

const text = { type: 'string' };

/** The body of every error. Its `code` is from a closed list; each response names those that it may have. */
export const errorSchema: JsonSchema = {
  description: 'Why a request was refused or failed.',
  type: 'object',
  properties: {
    detail: {
      ...text,
      description: 'One sentence for people that says what to do next. Its words may change.',
    },
    code: {
      ...text,
      enum: [...errorCodes].sort(),
      description: 'The reason, for programs. A code keeps its meaning.',
    },
    request_id: { ...text, description: 'The id of the request; quote it when you report the error.' },
    errors: {
      type: 'array',
      minItems: 1,
      description: 'The values of the request that are wrong, at most 20.',
      items: objectOf({
        loc: {
          type: 'array',
          minItems: 1,
          items: { type: ['string', 'integer'] },
          description: 'The location of the value: `body`, `query`, `path` or `header`, then the way to it.',
        },
        msg: { ...text, description: 'What is wrong, e.g. `must not be empty`.' },
        type: { ...text, description: 'The kind of fault, for programs, e.g. `missing`.' },
      }),
    },
    path: {
      ...text,
      description:
        'With `base_sha_conflict`, `file_exists`, and `not_found` of a write: the path of the file.',
    },
    branch: { ...text, description: 'With `base_sha_conflict`: the branch.' },
    base_sha: { ...text, description: 'With `base_sha_conflict`: the blob sha that was sent.' },
    current_sha: {
      ...orNull(text),
      description: 'With `base_sha_conflict`: the blob sha on the branch now; null when it has no such file.',
    },
  },
  required: ['detail', 'code', 'request_id'],
};
