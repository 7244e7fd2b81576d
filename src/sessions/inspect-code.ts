import type { RequestContext } from '../context.js';
import { toRecord } from '../engines/kernels/to-record.js';
import { checkAll } from '../validation/check-all.js';
import { checkCode } from '../validation/check-code.js';
import { askKernel } from './ask-kernel.js';
import { checkQuestion, codePoints } from './check-question.js';
import { fitsWithin } from './fits-within.js';
import type { SessionServices } from './session-services.js';

/** Of each representation, and of the metadata. */
const maxSize = 1024 * 1024;
const maxRepresentations = 50;

/** What is known about the object at a position of code. */
export interface Inspection {
  /** Whether the kernel could answer: its code may raise an exception here, too. */
  status: 'ok' | 'error';
  found: boolean;
  /** By MIME type; a representation of over 1 MiB is left out. */
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
}

/**
 * Asks the kernel of a session about the object at a position of code.
 * @param question.cursorPos in Unicode code points; default the end of the code
 * @param question.detailLevel 0, or 1 for the source too; default 0
 * @throws DomainError as {@link askKernel}; `invalid_request`
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html#introspection
 */
export async function inspectCode(
  services: SessionServices,
  ctx: RequestContext,
  question: {
    spaceSlug: string;
    sessionId: string;
    code: string;
    cursorPos?: number | null;
    detailLevel?: number | null;
  },
): Promise<Inspection> {
  const { code, cursorPos, detailLevel } = await checkAll({
    code: () => checkCode(question.code),
    cursorPos: () => (question.cursorPos == null ? null : checkQuestion.cursorPos(question.cursorPos)),
    detailLevel: () => checkQuestion.detailLevel(question.detailLevel ?? 0),
  });
  const content = { code, cursor_pos: cursorPos ?? codePoints(code), detail_level: detailLevel };
  const reply = await askKernel(services, ctx, question, { type: 'inspect', content });
  return {
    status: reply.status === 'ok' ? 'ok' : 'error',
    found: reply.found === true,
    data: toBundle(reply.data),
    metadata: fitsWithin(reply.metadata, maxSize) ? toRecord(reply.metadata) : {},
  };
}

function toBundle(value: unknown): Record<string, unknown> {
  const all = Object.entries(toRecord(value)).slice(0, maxRepresentations);
  return Object.fromEntries(all.filter(([, data]) => fitsWithin(data, maxSize)));
}
