import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { kernelsOf } from '../../support/jupyter.js';
import { at, openSession, runAll, setUpKernels, textOf } from './kernel-fixture.js';

setUpKernels();

const rowOf = (id: string) => at.gateway.services.prisma.session.findUniqueOrThrow({ where: { id } });
const exitMs = 300;

/** Has the kernel of a session end 0.3 s after its cell, while it is idle. */
async function exitSoon(id: string) {
  const code = `import os, threading\nthreading.Timer(${exitMs / 1000}, lambda: os._exit(1)).start()`;
  expect((await runAll(code, {}, id)).at(-1)!.data.status).toBe('ok');
}

it('a cell that is sent to a dead kernel before anybody knows fails, and never runs', async () => {
  const { id, worker_id } = (await openSession('dead/window.ipynb')).body;
  const endpoint = at.gateway.services.workers.endpoint(worker_id)!;
  const failed = [];
  for (const delayMs of [50, 250, 450]) {
    const { kernelId } = await rowOf(id);
    await exitSoon(id);
    await sleep(exitMs + delayMs);
    const cell = `open('ran-${delayMs}.txt', 'w').close()`;
    const end = (await runAll(cell, { stop_on_error: false }, id)).at(-1)!;
    // Later than that it waits for the next kernel and runs there, once.
    const isFailed = end.event === 'error';
    if (isFailed) expect(end.data).toMatchObject({ code: 'kernel_died', retryable: false });
    else expect(end.data).toMatchObject({ status: 'ok', execution_count: 1 });
    failed.push(isFailed);
    const check = `import os, time\ntime.sleep(1)\nprint(os.path.exists('ran-${delayMs}.txt'))`;
    expect(textOf(await runAll(check, {}, id))).toBe(isFailed ? 'False\n' : 'True\n');
    expect((await rowOf(id)).kernelId).not.toBe(kernelId);
    await expect.poll(() => kernelsOf(endpoint)).not.toContain(kernelId);
  }
  expect(failed).toContain(true);
}, 90_000);

it('a queued cell waits for the next kernel', async () => {
  const { id } = (await openSession('dead/queued.ipynb')).body;
  const dying = runAll('import os, time\ntime.sleep(0.5)\nos._exit(1)', { stop_on_error: false }, id);
  const queued = runAll("print('on')", {}, id);
  expect((await dying).at(-1)).toMatchObject({
    event: 'error',
    data: { code: 'kernel_died', retryable: false },
  });
  expect(textOf(await queued)).toBe('on\n');
  await expect.poll(async () => (await rowOf(id)).status).toBe('idle');
});

it('a session whose kernels exit one after the other is dead in the end, and a restart revives it', async () => {
  const { id } = (await openSession('dead/again.ipynb')).body;
  let isDead = false;
  for (let exits = 0; exits < 10 && !isDead; exits++) {
    const { kernelId } = await rowOf(id);
    await exitSoon(id);
    const next = async () => {
      const row = await rowOf(id);
      return row.status === 'dead' || (row.status === 'idle' && row.kernelId !== kernelId);
    };
    await expect.poll(next).toBe(true);
    isDead = (await rowOf(id)).status === 'dead';
  }
  expect(await rowOf(id)).toMatchObject({ status: 'dead', statusReason: 'kernel_died' });
  expect((await at.rest('POST', `/sessions/${id}/restart`)).body).toMatchObject({ status: 'idle' });
  expect(textOf(await runAll("print('on')", {}, id))).toBe('on\n');
}, 90_000);
