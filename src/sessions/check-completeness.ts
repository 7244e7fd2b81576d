import type { RequestContext } from '../context.js';
import { checkCode } from '../validation/check-code.js';
import { askKernel } from './ask-kernel.js';
import type { SessionServices } from './session-services.js';

const statuses = ['complete', 'incomplete', 'invalid', 'unknown'] as const;
const maxIndent = 1_000;

/** Whether code is ready to run. */
export interface Completeness {
  status: (typeof statuses)[number];
  /** With what the next line should begin; null unless `incomplete`. */
  indent: string | null;
}

/**
 * Asks the kernel of a session whether code is a whole that can run, or more lines should follow.
 * @throws DomainError as {@link askKernel}; `invalid_request`
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html#code-completeness
 */
export async function checkCompleteness(
  services: SessionServices,
  ctx: RequestContext,
  question: { spaceSlug: string; sessionId: string; code: string },
): Promise<Completeness> {
  const content = { code: checkCode(question.code) };
  const reply = await askKernel(services, ctx, question, { type: 'is_complete', content });
  const status = statuses.find((one) => one === reply.status) ?? 'unknown';
  const { indent } = reply;
  const isIndent = status === 'incomplete' && typeof indent === 'string';
  return { status, indent: isIndent ? indent.slice(0, maxIndent) : null };
}
