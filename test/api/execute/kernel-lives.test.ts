import { expect, it } from 'vitest';
import { at, openSession, runAll, setUpKernels } from './kernel-fixture.js';

setUpKernels();

const read = async (id: string) => (await at.rest('GET', `/sessions/${id}`)).body;
const stateOf = async (id: string) => {
  const answer = await at.graphql(
    'query($id: ID!) { space(slug: "demo") { session(id: $id) { status statusReason executionCount } } }',
    { id },
  );
  return answer.data.space.session;
};

it('the counter of a session is that of its kernel: 0 after a restart, then it counts', async () => {
  const { id } = (await openSession('lives/restart.ipynb')).body;
  await runAll('1', {}, id);
  await runAll('2', {}, id);
  await expect.poll(async () => (await read(id)).execution_count).toBe(2);
  expect((await at.rest('POST', `/sessions/${id}/restart`)).body).toMatchObject({ execution_count: 0 });
  expect((await runAll('3', {}, id)).at(-1)!.data.execution_count).toBe(1);
  await expect.poll(async () => (await read(id)).execution_count).toBe(1);
});

it('the counter of a session is 0 when its kernel died in a cell', async () => {
  const { id } = (await openSession('lives/died.ipynb')).body;
  await runAll('1', {}, id);
  await expect.poll(async () => (await read(id)).execution_count).toBe(1);
  await runAll('import os\nos._exit(1)', {}, id);
  await expect.poll(async () => (await read(id)).execution_count).toBe(0);
});

it('a kernel that dies while it is idle leaves a reason, events, and the counter 0', async () => {
  const { id } = (await openSession('lives/idle.ipynb')).body;
  const die = 'import os, threading\nthreading.Timer(0.5, lambda: os._exit(1)).start()';
  expect((await runAll(die, {}, id)).at(-1)!.data).toMatchObject({ status: 'ok', execution_count: 1 });
  await expect.poll(async () => (await read(id)).execution_count).toBe(1);
  let changes = 0;
  const unsubscribe = at.gateway.services.bus.subscribe('session', id, () => changes++);
  const expected = { status: 'idle', statusReason: 'kernel_died', executionCount: 0 };
  await expect.poll(() => stateOf(id)).toEqual(expected);
  unsubscribe();
  expect(changes).toBeGreaterThan(0);
});
