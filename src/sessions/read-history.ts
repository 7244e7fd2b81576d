import type { RequestContext } from '../context.js';
import { toCount } from '../engines/kernels/to-count.js';
import { invalidField } from '../errors.js';
import { checkAll } from '../validation/check-all.js';
import { checkRange } from '../validation/check-input.js';
import { checkText } from '../validation/validate.js';
import { askKernel } from './ask-kernel.js';
import type { SessionServices } from './session-services.js';

const defaultEntries = 100;
const maxEntries = 1_000;
const maxPatternLength = 1_000;
const maxSize = 4 * 1024 * 1024;
const maxNumber = 2_147_483_647;

/** Which entries of the history are read. */
export interface HistoryQuestion {
  /** `tail` reads the last ones, `search` the last ones that match, `range` those of one session of the kernel. */
  access: 'tail' | 'search' | 'range';
  /** For `tail` and `search`: how many; default 100. */
  n?: number | null;
  /** For `search`: a text with the wildcards `*` and `?`. */
  pattern?: string | null;
  /** For `search`: whether the same code is read once only; default no. */
  unique?: boolean | null;
  /** For `range`: the session, by its number, 0 for the current one, -1 for the one before; default 0. */
  session?: number | null;
  /** For `range`: the first line; default 1. */
  start?: number | null;
  /** For `range`: the line after the last one; default all that follow, 1,000 at most. */
  stop?: number | null;
}

/** Code that a kernel has run. */
export interface HistoryEntry {
  session: number;
  line: number;
  code: string;
}

/**
 * Asks the kernel of a session for code that it and earlier kernels of its worker have run, the newest last.
 * @returns 1,000 entries and 4 MiB at most: the newest ones
 * @throws DomainError as {@link askKernel}; `invalid_request`
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html#history
 */
export async function readHistory(
  services: SessionServices,
  ctx: RequestContext,
  target: { spaceSlug: string; sessionId: string },
  question: HistoryQuestion,
): Promise<HistoryEntry[]> {
  const content = await toContent(question);
  const { history } = await askKernel(services, ctx, target, { type: 'history', content });
  return newestEntries(Array.isArray(history) ? history : []);
}

async function toContent(question: HistoryQuestion): Promise<Record<string, unknown>> {
  const { access } = question;
  const number = (field: 'session' | 'start' | 'stop', initial: number, min: number) =>
    checkRange(question[field] ?? initial, field, min, maxNumber);
  const { n, pattern, session, start, stop } = await checkAll({
    n: () => checkRange(question.n ?? defaultEntries, 'n', 1, maxEntries),
    pattern: () => checkPattern(question),
    session: () => number('session', 0, -maxNumber),
    start: () => number('start', 1, 0),
    stop: () => number('stop', (question.start ?? 1) + maxEntries, 0),
  });
  const common = { hist_access_type: access, output: false, raw: true };
  if (access === 'range') return { ...common, session, start, stop: Math.min(stop, start + maxEntries) };
  return { ...common, n, ...(access === 'search' ? { pattern, unique: question.unique ?? false } : {}) };
}

function checkPattern({ access, pattern }: HistoryQuestion): string {
  if (access === 'search' && !pattern) throw invalidField('pattern', 'is required to search', 'missing');
  return checkText(pattern ?? '', 'pattern', maxPatternLength);
}

function newestEntries(history: unknown[]): HistoryEntry[] {
  const entries: HistoryEntry[] = [];
  let size = 0;
  for (const item of history.slice(-maxEntries).reverse()) {
    const entry = toEntry(item);
    size += entry?.code.length ?? 0;
    if (size > maxSize) break;
    if (entry) entries.push(entry);
  }
  return entries.reverse();
}

function toEntry(item: unknown): HistoryEntry | null {
  if (!Array.isArray(item)) return null;
  const [session, line, code] = item;
  if (typeof code !== 'string') return null;
  return { session: toNumber(session), line: toNumber(line), code };
}

/** GraphQL's integers have 32 bits. */
function toNumber(value: unknown): number {
  return Math.min(toCount(value) ?? 0, maxNumber);
}
