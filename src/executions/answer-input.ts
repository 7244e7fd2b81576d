import type { Execution } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import { DomainError } from '../errors.js';
import { checkAll } from '../validation/check-all.js';
import { checkInputAnswer } from './check-input-answer.js';
import type { ExecutionServices } from './execution-services.js';
import { loadOwnExecution } from './load-own-execution.js';

/**
 * Answers a request for input of a run, which then goes on. The answer is not stored. The caller needs the scope `execute`
 * and `can_edit`, and must have started the session or be a space admin.
 * @param answer.requestId of the event `input_request`
 * @param within the space and the session that the execution must belong to; default any
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_request`, `input_not_expected`
 */
export async function answerInput(
  services: ExecutionServices,
  ctx: RequestContext,
  executionId: string,
  answer: { requestId: string; value: string },
  within: { spaceSlug?: string | null; sessionId?: string | null } = {},
): Promise<Execution> {
  const execution = await loadOwnExecution(services, ctx, executionId, within);
  const { requestId, value } = await checkAll({
    requestId: () => checkInputAnswer.requestId(answer.requestId),
    value: () => checkInputAnswer.value(answer.value),
  });
  if (!services.executor.answerInput(execution, requestId, value)) {
    throw new DomainError(
      'input_not_expected',
      'The run does not wait for this input; read its events for the request that it waits for now.',
    );
  }
  return execution;
}
