import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Session } from '../../prisma/generated/client/client.js';
import { documentedErrors } from '../support/documented-errors.js';
import { makeExecution } from '../support/factories/make-execution.js';
import { makeFilledSpace } from '../support/factories/make-filled-space.js';
import { makeRun } from '../support/factories/make-run.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';

let at: TestGateway;
let space: string;
let session: Session;
beforeAll(async () => {
  at = await openTestGateway();
  const { prisma } = at.gateway.services;
  const filled = await makeFilledSpace(at);
  space = filled.slug;
  session = await prisma.session.findUniqueOrThrow({ where: { id: filled.ids.session_id } });
  await prisma.workspace.update({ where: { id: session.workspaceId }, data: { archivedAt: new Date() } });
});
afterAll(() => at.close());

/** Posts to a route without a body. @returns the status and the code of its error; undefined for none */
async function post(path: string): Promise<[number, string | undefined]> {
  const { status, body } = await at.rest('POST', path, { space });
  return [status, body.code];
}
async function makeRunOf(data: NonNullable<Parameters<typeof makeRun>[2]>['data']): Promise<string> {
  const worker = await at.gateway.services.prisma.worker.findUniqueOrThrow({
    where: { id: session.workerId },
  });
  return (await makeRun(at, worker, { data })).id;
}
const documented = (name: string) =>
  documentedErrors()
    .filter(({ operation }) => operation.name === name)
    .map(({ code }) => code);

describe('in an archived workspace', () => {
  it('a cell that is not queued any more is cancelled as little as elsewhere', async () => {
    const { id } = await makeExecution(at, { session });
    const execution = `/sessions/${session.id}/executions/${id}`;
    expect(await post(`${execution}/cancel`)).toEqual([409, 'execution_finished']);
  });

  it('the run of a notebook can be cancelled until it has ended', async () => {
    const id = await makeRunOf({ status: 'queued', finishedAt: null });
    expect(await post(`/runs/${id}/cancel`)).toEqual([200, undefined]);
    expect(await post(`/runs/${await makeRunOf({})}/cancel`)).toEqual([409, 'execution_finished']);
  });

  it('a session is neither interrupted nor restarted', async () => {
    for (const verb of ['interrupt', 'restart'])
      expect(await post(`/sessions/${session.id}/${verb}`)).toEqual([409, 'workspace_archived']);
  });

  it.each([
    ['POST /sessions/{session_id}/executions/{execution_id}/cancel', false],
    ['POST /runs/{run_id}/cancel', false],
    ['POST /sessions/{session_id}/interrupt', true],
    ['POST /sessions/{session_id}/restart', true],
  ])('%s has `workspace_archived` in its description: %s', (name, has) => {
    expect(documented(name)).toContain('not_found');
    expect(documented(name).includes('workspace_archived')).toBe(has);
  });
});
