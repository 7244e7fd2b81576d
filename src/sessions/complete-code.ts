import type { RequestContext } from '../context.js';
import { toCount } from '../engines/kernels/to-count.js';
import { toRecord } from '../engines/kernels/to-record.js';
import { checkAll } from '../validation/check-all.js';
import { checkCode } from '../validation/check-code.js';
import { askKernel } from './ask-kernel.js';
import { checkQuestion, codePoints } from './check-question.js';
import { fitsWithin } from './fits-within.js';
import type { SessionServices } from './session-services.js';

const maxMatches = 1_000;
const maxMatchLength = 2_000;
const maxMetadataSize = 1024 * 1024;

/** What fits at a position of code; positions are in Unicode code points. */
export interface Completion {
  /** Whether the kernel could answer: its code may raise an exception here, too. */
  status: 'ok' | 'error';
  /** At most 1,000. */
  matches: string[];
  /** Each match replaces the code from here. */
  cursorStart: number;
  /** To here, exclusive. */
  cursorEnd: number;
  /** What the kernel says beside; empty where that is over 1 MiB. */
  metadata: Record<string, unknown>;
}

/**
 * Asks the kernel of a session how code can be completed.
 * @param question.cursorPos in Unicode code points; default the end of the code
 * @throws DomainError as {@link askKernel}; `invalid_request`
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html#completion
 */
export async function completeCode(
  services: SessionServices,
  ctx: RequestContext,
  question: { spaceSlug: string; sessionId: string; code: string; cursorPos?: number | null },
): Promise<Completion> {
  const { code, cursorPos } = await checkAll({
    code: () => checkCode(question.code),
    cursorPos: () => (question.cursorPos == null ? null : checkQuestion.cursorPos(question.cursorPos)),
  });
  const cursor = cursorPos ?? codePoints(code);
  const content = { code, cursor_pos: cursor };
  const reply = await askKernel(services, ctx, question, { type: 'complete', content });
  const cursorEnd = Math.min(toCount(reply.cursor_end) ?? cursor, codePoints(code));
  return {
    status: reply.status === 'ok' ? 'ok' : 'error',
    matches: toMatches(reply.matches),
    cursorStart: Math.min(toCount(reply.cursor_start) ?? cursorEnd, cursorEnd),
    cursorEnd,
    metadata: fitsWithin(reply.metadata, maxMetadataSize) ? toRecord(reply.metadata) : {},
  };
}

function toMatches(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  const isMatch = (one: unknown) => typeof one === 'string' && one.length <= maxMatchLength;
  return value.slice(0, maxMatches).filter(isMatch);
}
