import { errorCodes } from '../../src/errors.js';
import { type JsonSchema, objectOf, orNull } from './json-schema.js';

const text = { type: 'string' };

const index = { ...orNull({ type: 'integer', minimum: 0 }) };

const cellConflict = objectOf({
  cell_id: {
    ...orNull(text),
    description: 'The id of the cell; null for one without an id, and for the notebook.',
  },
  base_index: { ...index, description: 'Its position in the version of `base_sha`, from 0.' },
  ours_index: { ...index, description: 'Its position in what was sent.' },
  theirs_index: { ...index, description: 'Its position in the version of `current_sha`.' },
  part: {
    ...text,
    enum: ['source', 'cell_type', 'metadata', 'attachments', 'notebook_metadata'],
    description: 'The part of the cell that both changed; `notebook_metadata` is no part of a cell.',
  },
  path: { type: 'array', items: text, description: 'The keys to a value of metadata; else empty.' },
});

/** A file of a merge; only one that a branch renamed has `renamed`. */
function withRenamed(members: Record<string, JsonSchema>): JsonSchema {
  const { properties, ...file } = objectOf(members);
  const renamed = {
    ...objectOf({
      base: { ...text, description: 'Its path where the branches began to differ.' },
      ours: { ...orNull(text), description: 'Its path in the target; null where the target deleted it.' },
      theirs: { ...orNull(text), description: 'Its path in the source; null where the source deleted it.' },
    }),
    description: 'The paths of a file that a branch renamed; else absent.',
  };
  return { ...file, properties: { ...(properties as Record<string, JsonSchema>), renamed } };
}

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
    mergeable: {
      type: 'boolean',
      description:
        'With `base_sha_conflict` of a save: whether the two versions can be merged; the same save with `"merge": "auto"` does it. ' +
        'It is left out where too much work runs to find out.',
    },
    conflicts: {
      type: 'array',
      minItems: 1,
      maxItems: 100,
      description: 'With `base_sha_conflict` of a save of a notebook: what both sides changed differently.',
      items: cellConflict,
    },
    files: {
      type: 'array',
      minItems: 1,
      maxItems: 100,
      description: 'With `merge_conflict`: the files that cannot be merged.',
      items: withRenamed({
        path: {
          ...text,
          description: 'The path of the file after the merge; before it where both renamed it.',
        },
        reason: {
          ...text,
          enum: ['content', 'deleted', 'both_added', 'renamed', 'type'],
          description:
            'Both changed the same of its content, one deleted what the other one changed or renamed, both added different ' +
            'files, also by renaming one, both renamed it differently, or one has a folder, symlink or submodule there.',
        },
        cells: {
          type: 'array',
          maxItems: 100,
          description: 'Of a notebook: what both changed differently; ours are those of the target.',
          items: cellConflict,
        },
      }),
    },
  },
  required: ['detail', 'code', 'request_id'],
};
