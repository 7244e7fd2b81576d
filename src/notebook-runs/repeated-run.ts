import { hash } from 'node:crypto';
import { stringifyJson } from '../engines/nbformat/json.js';
import { DomainError } from '../errors.js';
import { checkParameters } from './check-run-input.js';
import { type RunRow, withoutNotebook } from './load-run.js';
import type { NotebookRunServices } from './notebook-run-services.js';
import type { RunNotebookInput } from './run-notebook-input.js';

/** What says whether a request is the one that queued a run. */
export type RunRequest = Pick<RunRow, 'id' | 'userId' | 'inputHash'>;

/** The SHA-256 of a checked input, without its `runId`, in hexadecimal. What is absent counts as its default. */
export function inputHash(input: RunNotebookInput): string {
  const { saveTo, firstCell, lastCell, sessionId, kernelProfileId } = input;
  const asked = [
    ...[input.workspaceId.toLowerCase(), input.path, input.ref ?? null, checkParameters(input.parameters)],
    ...[saveTo?.branch ?? null, saveTo?.path ?? null, kernelProfileId ?? null],
    ...[input.timeoutSeconds ?? null, input.allowErrors ?? false],
    ...[firstCell ?? 0, lastCell ?? null, sessionId?.toLowerCase() ?? null],
  ];
  return hash('sha256', stringifyJson(asked));
}

/**
 * The run that an earlier request has queued with the same id, which the client chose.
 * @returns null when there is none
 * @throws DomainError `run_id_reused` when it is that of another request
 */
export async function repeatedRun(
  { prisma, notebookRunner }: Pick<NotebookRunServices, 'prisma' | 'notebookRunner'>,
  request: RunRequest,
): Promise<RunRow | null> {
  const run = await prisma.notebookRun.findUnique({ where: { id: request.id }, omit: withoutNotebook });
  if (!run) return null;
  assertSameRequest(run, request);
  // Nobody has begun it where its insert seemed to fail.
  if (run.finishedAt === null) notebookRunner.begin(run);
  return run;
}

/** Checks that a request has queued a run. @throws DomainError `run_id_reused` when it was another one */
export function assertSameRequest(run: RunRequest, request: RunRequest): void {
  if (run.userId === request.userId && run.inputHash === request.inputHash) return;
  throw new DomainError('run_id_reused', 'This id stands for another run; choose a new UUID.');
}
