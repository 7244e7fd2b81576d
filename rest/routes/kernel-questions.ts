import type { ErrorCode } from '../../src/errors.js';
import { CompleteCodeDocument, InspectCodeDocument } from '../generated/operations.js';
import { sessionErrors } from '../openapi/session-errors.js';
import { completeBody, inspectBody } from '../payloads/kernel-questions.js';
import { type RestRoute, route } from '../route.js';

const tag = 'Sessions';
const needs = {
  scope: 'execute',
  permission: '`can_edit`, and the session must be your own unless you are a space admin',
} as const;
const errors: readonly ErrorCode[] = [
  ...sessionErrors,
  'session_dead',
  'kernel_busy',
  'overloaded',
  'runtime_unavailable',
];
const bound =
  'It takes a second at most, also while a cell runs if the kernel has subshells; else it is a 409 then. A kernel may ' +
  'need longer for its first answer: that is a 503, and the next one is fast.';

/** The routes of what a kernel answers beside its cells. */
export const kernelQuestionRoutes: RestRoute[] = [
  route({
    operationId: 'completeCode',
    tag,
    method: 'post',
    path: '/sessions/:session_id/complete',
    summary: 'Ask a kernel how code can be completed.',
    description: `The body and the answer are the \`complete_request\` and \`complete_reply\` of Jupyter. ${bound}`,
    needs,
    body: completeBody,
    document: CompleteCodeDocument,
    variables: ({ space, param, body }) => ({
      space,
      sessionId: param('session_id'),
      code: body.code,
      cursorPos: body.cursor_pos,
    }),
    responds: { kind: 'ok', at: 'completeCode' },
    errors,
    repeats: 'completeCode',
  }),
  route({
    operationId: 'inspectCode',
    tag,
    method: 'post',
    path: '/sessions/:session_id/inspect',
    summary: 'Ask a kernel about the object at a position of code.',
    description: `The body and the answer are the \`inspect_request\` and \`inspect_reply\` of Jupyter. ${bound}`,
    needs,
    body: inspectBody,
    document: InspectCodeDocument,
    variables: ({ space, param, body }) => ({
      space,
      sessionId: param('session_id'),
      code: body.code,
      cursorPos: body.cursor_pos,
      detailLevel: body.detail_level,
    }),
    responds: { kind: 'ok', at: 'inspectCode' },
    errors,
    repeats: 'inspectCode',
  }),
];
