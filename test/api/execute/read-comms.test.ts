import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Session } from '../../../prisma/generated/client/client.js';
import { readComms } from '../../../src/executions/widgets/read-comms.js';
import { makeSession } from '../../support/factories/make-session.js';
import { makeWorker } from '../../support/factories/make-worker.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';

let at: TestGateway;
let session: Session;
beforeAll(async () => {
  at = await openTestGateway();
  const { id: userId } = await at.gateway.services.prisma.user.findFirstOrThrow({
    where: { isPlatformAdmin: true },
  });
  session = await makeSession(at, { worker: await makeWorker(at, { userId }) });
});
afterAll(() => at.close());

const read = (after: string | null) => readComms(at.gateway.services, session.id, after);
const change = (data: { status?: 'busy' | 'dead'; deletedAt?: Date }) =>
  at.gateway.services.prisma.session.update({ where: { id: session.id }, data });

it('a kernel that lives, but is not connected yet, is one that cannot be read now; it is not dead', async () => {
  await expect(read(null)).rejects.toMatchObject({ code: 'runtime_unavailable' });
  await change({ status: 'busy' });
  await expect(read('x.1')).rejects.toMatchObject({ code: 'runtime_unavailable' });
});

it('a dead kernel has no widgets, which is said once', async () => {
  await change({ status: 'dead' });
  const page = await read('x.1');
  expect(page).toMatchObject({ items: [], state: null });
  expect(await read(page.cursor)).toEqual({ items: [], cursor: page.cursor });
});

it('a deleted session has none either', async () => {
  await change({ status: 'busy', deletedAt: new Date() });
  expect(await read(null)).toMatchObject({ items: [], state: null });
});
