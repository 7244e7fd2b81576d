import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { noRateLimits } from '../../test/support/no-rate-limits.js';
import type { LoopUse } from '../replicas/replica.js';
import { median, type Row } from '../stats.js';
import type { SpaceEventsGateway } from './gateway.js';

const viewers = 1_000;
/** What opens streams together waits for the connections to the database. */
const openedTogether = 50;
const perSecond = 200;
const seconds = 10;

/** One stream: when which event came. */
interface Viewer {
  /** By the percent of the event, in milliseconds since 1970. */
  arrived: Map<number, number>;
}

/**
 * Measures what 200 events a second cost a gateway with 1,000 streams of the space, beside one with a single stream: the maximum
 * wait of its event loop, its processor time, and how many events have arrived a second after the last one was written.
 */
export async function benchSpaceEvents(): Promise<Row[]> {
  const [one, many] = [await run(1), await run(viewers)];
  const row = (what: string, of: keyof Measured): Row => ({
    ...{ what, ours: many[of], baseline: 'one stream', theirs: one[of] },
  });
  return [
    row(`${perSecond} events a second to ${viewers} streams: maximum wait of the event loop`, 'maxWaitMs'),
    row('processor time of a second', 'cpuMs'),
    row('median delay from the write to the arrival', 'delayMs'),
    { ...row('events that arrived within a second of the last', 'arrivedPercent'), unit: '%' },
  ];
}

interface Measured {
  maxWaitMs: number;
  cpuMs: number;
  delayMs: number;
  arrivedPercent: number;
}

async function run(count: number): Promise<Measured> {
  const dataDir = await mkdtemp(join(tmpdir(), 'gateway-space-events-'));
  const child = fork(new URL('./gateway.ts', import.meta.url).pathname, [], {
    execArgv: ['--import', 'tsx'],
    env: {
      ...process.env,
      ...{ DATA_DIR: dataDir, DATABASE_URL: undefined, DEMO: '1', PORT: '0' },
      ...noRateLimits,
    },
  });
  const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
  try {
    const [at] = (await once(child, 'message')) as [SpaceEventsGateway];
    const streams: Viewer[] = [];
    while (streams.length < count) {
      const more = Math.min(openedTogether, count - streams.length);
      streams.push(...(await Promise.all(Array.from({ length: more }, () => follow(at, agent)))));
    }
    return await measure(child, streams);
  } finally {
    agent.destroy();
    child.send('close');
    await once(child, 'exit');
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function measure(child: ChildProcess, streams: readonly Viewer[]): Promise<Measured> {
  child.send({ perSecond, seconds });
  const [{ written, use }] = (await once(child, 'message')) as [{ written: number[]; use: LoopUse }];
  await sleep(1_000);
  const delays = streams.flatMap(({ arrived }) =>
    [...arrived].map(([percent, at]) => at - written[percent]!),
  );
  return {
    ...{ maxWaitMs: use.maxWaitMs, cpuMs: use.cpuMs / seconds, delayMs: median(delays) },
    arrivedPercent: (100 * delays.length) / (streams.length * written.length),
  };
}

/** Opens a stream; resolves when its first heartbeat has come. */
async function follow({ port, token }: SpaceEventsGateway, agent: Agent): Promise<Viewer> {
  const arrived = new Map<number, number>();
  const path = '/api/v1.0/engagement/spaces/demo/notebooks/events?heartbeat_seconds=300';
  const headers = { authorization: `Bearer ${token}` };
  const sent = request({ agent, port, host: '127.0.0.1', path, headers });
  sent.end();
  const [response] = await once(sent, 'response');
  let text = '';
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    const end = text.lastIndexOf('\n\n');
    const at = performance.timeOrigin + performance.now();
    for (const [, percent] of text.slice(0, end).matchAll(/"percent":(\d+)/g))
      arrived.set(Number(percent), at);
    text = text.slice(end);
    response.emit('began');
  });
  response.on('error', () => {});
  await once(response, 'began');
  return { arrived };
}
