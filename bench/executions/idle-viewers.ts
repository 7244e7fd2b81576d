import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../stats.js';
import type { Scene } from './scene.js';

const viewers = 1_000;
/** What opens streams together waits for the connections to the database. */
const openedTogether = 50;
const quietMs = 3_000;

/** The memory of the gateway for each of 1,000 viewers of a cell that prints nothing. */
export async function benchIdleViewers({ client, pid }: Scene): Promise<Row[]> {
  const { id } = await client.openSession('viewers.ipynb');
  const code = 'import time; time.sleep(600)';
  const begin = () =>
    client.json<{ executions: { id: string }[] }>('POST', `/sessions/${id}/execute/batch`, {
      cells: [{ code }],
    });
  const [execution] = (await begin()).executions;
  // What the first of them needs once.
  for (let i = 0; i < openedTogether; i++) (await client.follow(id, execution!.id)).destroy();
  await sleep(quietMs);
  const before = await memoryKb(pid);
  for (let opened = 0; opened < viewers; opened += openedTogether) {
    const streams = Array.from({ length: openedTogether }, () => client.follow(id, execution!.id));
    for (const stream of await Promise.all(streams)) stream.on('error', () => {}).resume();
  }
  await sleep(quietMs);
  const ours = ((await memoryKb(pid)) - before) / viewers;
  await client.json('POST', `/sessions/${id}/interrupt`);
  const what = `memory of the gateway for each of ${viewers} idle viewers`;
  return [{ what, unit: 'KB', ours, baseline: 'wanted', theirs: 40, goal: 1 }];
}

async function memoryKb(pid: number): Promise<number> {
  return Number(/^Rss:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/smaps_rollup`, 'utf8'))![1]);
}
