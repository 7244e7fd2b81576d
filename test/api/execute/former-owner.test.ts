import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { PrismaClient } from '../../../prisma/generated/client/client.js';
import { JupyterClient } from '../../../src/engines/kernels/jupyter-client.js';
import { startPython } from '../../support/kernel.js';
import { at, openSession, session, setUpKernels } from './kernel-fixture.js';

setUpKernels();

let prisma: PrismaClient;
let folder: string;
const queue = async (code: string, id = session): Promise<string> => {
  const mutation = `mutation ($code: String!, $id: ID!) {
    executeCell(spaceSlug: "demo", sessionId: $id, input: { code: $code }) { id } }`;
  const { data, errors } = await at.graphql(mutation, { code, id });
  expect(errors).toBeUndefined();
  return data.executeCell.id;
};
const fileOf = (name: string) => join(folder, name);
const statusOf = async (id: string) => (await prisma.execution.findUniqueOrThrow({ where: { id } })).status;
/** What a gateway does that takes over, and what undoes it. */
const addToEpoch = (increment: number) =>
  prisma.installation.update({ where: { key: 1 }, data: { runtimeEpoch: { increment } } });

it('runs nothing after a cell whose end another gateway writes', async () => {
  ({ prisma } = at.gateway.services);
  const { workerId } = await prisma.session.findUniqueOrThrow({ where: { id: session } });
  folder = join(at.dataDir, 'workers', workerId, 'files');
  const file = (name: string) => JSON.stringify(fileOf(name));
  const first = await queue(`import os, time
open(${file('begun')}, 'w').close()
while not os.path.exists(${file('go on')}): time.sleep(0.01)
open(${file('first')}, 'w').close()`);
  await expect.poll(() => existsSync(fileOf('begun')), { timeout: 20_000 }).toBe(true);
  await expect.poll(() => statusOf(first)).toBe('running');
  const second = await queue(`open(${file('second')}, 'w').close()`);
  await addToEpoch(1);
  try {
    await writeFile(fileOf('go on'), '');
    await expect.poll(() => existsSync(fileOf('first'))).toBe(true);
    // Long enough for the next cell to be sent and run.
    await sleep(1_500);
    expect(existsSync(fileOf('second'))).toBe(false);
    expect([await statusOf(first), await statusOf(second)]).toEqual(['running', 'queued']);
  } finally {
    await addToEpoch(-1);
  }
});

it('ends no kernel that another gateway has started, when it ends those without a session', async () => {
  const { sessions, workers } = at.gateway.services;
  ({ prisma } = at.gateway.services);
  const { workerId } = await prisma.session.findUniqueOrThrow({ where: { id: session } });
  const endpoint = workers.endpoint(workerId)!;
  const client = new JupyterClient(endpoint);
  // Its session is not in the rows that a former owner has read.
  const { kernelId } = await startPython(client);
  await addToEpoch(1);
  try {
    await sessions.workerAdopted(workerId, { endpoint, isOwn: true });
    expect(await client.kernelIds()).toContain(kernelId);
  } finally {
    await addToEpoch(-1);
    await client.removeKernel(kernelId);
    client.dispose();
  }
});

it('ends no kernel that another gateway has started, when its own one exits', async () => {
  const { prisma, workers } = at.gateway.services;
  const { id } = (await openSession('notebooks/exit.ipynb')).body;
  const { workerId, kernelId } = await prisma.session.findUniqueOrThrow({ where: { id } });
  const client = new JupyterClient(workers.endpoint(workerId)!);
  const next = await startPython(client);
  const path = JSON.stringify(fileOf('exit'));
  const code = `import os, time\nwhile not os.path.exists(${path}): time.sleep(0.01)\nos._exit(1)`;
  const exit = await queue(code, id);
  await expect.poll(() => statusOf(exit)).toBe('running');
  await addToEpoch(1);
  await prisma.session.update({ where: { id }, data: { kernelId: next.kernelId } });
  try {
    await writeFile(fileOf('exit'), '');
    await expect.poll(() => client.kernelIds()).not.toContain(kernelId);
    // Long enough for a kernel to be started or ended.
    await sleep(1_500);
    expect(await client.kernelIds()).toContain(next.kernelId);
  } finally {
    await addToEpoch(-1);
    client.dispose();
  }
});
