import pino from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import type { LiveWorkers } from '../../src/workers/live-workers.js';
import type { WorkerRows } from '../../src/workers/worker-rows.js';
import { WorkerSilence } from '../../src/workers/worker-silence.js';
import { freePort } from '../support/free-port.js';

it('many workers that do not answer are waited for without a warning of a leak', async () => {
  const warnings: string[] = [];
  const onWarning = ({ name }: Error) => warnings.push(name);
  process.on('warning', onWarning);
  onTestFinished(() => void process.off('warning', onWarning));
  const endpoint = { baseUrl: `http://127.0.0.1:${await freePort('127.0.0.1')}/`, token: 't' };
  const ids = Array.from({ length: 12 }, (_, i) => `worker-${i}`);
  const live = new Map(ids.map((id) => [id, { endpoint }]));
  const probed = new Map<string, number>();
  const get = (id: string) => {
    probed.set(id, (probed.get(id) ?? 0) + 1);
    return live.get(id);
  };
  const silence = new WorkerSilence({
    live: { get } as unknown as LiveWorkers,
    rows: { update: async () => true } as unknown as WorkerRows,
    log: pino({ level: 'silent' }),
  });
  for (const id of ids) silence.report(id);
  await expect.poll(() => ids.every((id) => (probed.get(id) ?? 0) >= 3)).toBe(true);
  await silence.close();
  expect(ids.some((id) => silence.has(id))).toBe(false);
  expect(warnings).toEqual([]);
});
