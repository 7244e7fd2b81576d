import { median, quantile, type Row } from '../stats.js';
import type { Scene } from './scene.js';

const warmups = 60;
const runs = 200;
const code = "print('hello')";

/** The time from sending `print('hello')` to its first output. */
export async function benchFirstOutput({ client, stock, zeroMq }: Scene): Promise<Row[]> {
  const ours = client.runner((await client.openSession('first.ipynb')).id);
  const kernel = await stock.startKernel();
  const times = { ours: [] as number[], stock: [] as number[], zeroMq: [] as number[] };
  for (let i = 0; i < warmups + runs; i++) {
    const a = (await ours(code)).firstMs;
    const b = (await kernel.run(code)).firstMs;
    const c = (await zeroMq.run(code)).firstMs;
    if (i < warmups) continue;
    times.ours.push(a);
    times.stock.push(b);
    times.zeroMq.push(c);
  }
  await kernel.close();
  const what = "first output of print('hello')";
  const against = (baseline: string, theirs: number[], goal: number): Row[] => [
    { what, ours: median(times.ours), baseline, theirs: median(theirs), goal },
    {
      what: `${what}, p99 of both`,
      ...{ ours: quantile(times.ours, 0.99), baseline, theirs: quantile(theirs, 0.99) },
    },
  ];
  return [
    ...against('plain ws client, stock jupyter_server', times.stock, 0.25),
    ...against('ZeroMQ, no server', times.zeroMq, 2.5),
  ];
}
