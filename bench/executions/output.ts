import { createHash } from 'node:crypto';
import { median, type Row } from '../stats.js';
import type { Scene } from './scene.js';

const runs = 3;

/** 20,000 flushed prints, until the end of the cell. */
export function benchPrints(scene: Scene): Promise<Row[]> {
  const code = "for i in range(20_000):\n    print('line', i, flush=True)";
  // As fast as ZeroMQ.
  return compare(scene, { what: '20,000 flushed prints', code, goal: 1 });
}

/** 50 MB of output in 500 flushed prints, until the end of the cell. */
export function benchVolume(scene: Scene): Promise<Row[]> {
  const code = 'for i in range(500):\n    print(str(i % 10) * 99_999, flush=True)';
  // 0.6 of the speed of ZeroMQ.
  return compare(scene, { what: '50 MB of output in 500 prints', code, goal: 1 / 0.6 });
}

/** @throws Error when not exactly the same output arrived */
async function compare(
  { client, zeroMq }: Scene,
  { what, code, goal }: { what: string; code: string; goal: number },
): Promise<Row[]> {
  const run = client.runner((await client.openSession('output.ipynb')).id);
  const times = { ours: [] as number[], theirs: [] as number[] };
  for (let i = 0; i < runs; i++) {
    const ours = await run(code);
    const theirs = await zeroMq.run(code);
    if (createHash('sha256').update(ours.text).digest('hex') !== theirs.digest)
      throw new Error(`${what}: the gateway and the kernel do not have the same output.`);
    times.ours.push(ours.totalMs);
    times.theirs.push(theirs.totalMs);
  }
  const [ours, theirs] = [median(times.ours), median(times.theirs)];
  return [{ what: `${what}, all arrived`, ours, baseline: 'ZeroMQ, no server', theirs, goal }];
}
