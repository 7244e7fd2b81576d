import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demo } from '../../prisma/seed.js';
import { noRateLimits } from '../../test/support/no-rate-limits.js';
import { withBenchDatabase } from '../bench-database.js';
import { median, quantile, type Row } from '../stats.js';
import type { LoopUse } from './replica.js';

const viewers = 1_000;
/** What opens streams together waits for the connections to the database. */
const openedTogether = 50;
const prints = 30;
const pauseSeconds = 0.3;

/** What the requests of this benchmark are answered with. */
interface RestBody {
  id: string;
  worker_id: string;
  executions: { id: string }[];
}

interface Replica {
  child: ChildProcess;
  port: number;
  token: string;
}

/**
 * Measures how long a print of a cell takes to 1,000 viewers at a gateway that does not run the kernel, beside one viewer at
 * the gateway that does. Both gateways are processes of their own on the PostgreSQL server of `TEST_DATABASE_URL`.
 */
export async function benchReplicas(): Promise<Row[]> {
  const server = process.env.TEST_DATABASE_URL;
  if (!server)
    throw new Error('Set TEST_DATABASE_URL to a PostgreSQL server whose role may create databases.');
  return withBenchDatabase(server, async (url) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'gateway-replicas-'));
    const replicas: Replica[] = [];
    try {
      for (let i = 0; i < 2; i++) replicas.push(await openReplica(dataDir, url));
      return await measure(replicas[0]!, replicas[1]!);
    } finally {
      for (const { child } of replicas) {
        child.send('close');
        await once(child, 'exit');
      }
      await rm(dataDir, { recursive: true, force: true });
    }
  });
}

async function measure(owner: Replica, other: Replica): Promise<Row[]> {
  const opened = await rest(owner, 'POST', '/sessions', { workspace_id: demo.workspaceId });
  const code = `
import time
for i in range(${prints}):
    print('at', time.time(), flush=True)
    time.sleep(${pauseSeconds})`;
  // The first cell runs until all viewers are there.
  const cells = [{ code: 'import time; time.sleep(600)' }, { code }];
  const session = `/sessions/${opened.id}`;
  const { executions } = await rest(owner, 'POST', `${session}/execute/batch`, {
    cells,
    stop_on_error: false,
  });
  const executionId = executions[1]!.id;
  const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
  const beside = follow(owner, executionId, agent);
  const others: ReturnType<typeof follow>[] = [];
  while (others.length < viewers) {
    const more = Array.from({ length: openedTogether }, () => follow(other, executionId, agent));
    await Promise.all(more.map(({ begun }) => begun));
    others.push(...more);
  }
  other.child.send('begin');
  await rest(owner, 'POST', `${session}/interrupt`);
  const delays = (await Promise.all(others.map(({ ended }) => ended))).flat();
  const besideDelays = await beside.ended;
  other.child.send('report');
  const [use] = (await once(other.child, 'message')) as [LoopUse];
  agent.destroy();
  await rest(owner, 'DELETE', `/workers/${opened.worker_id}`);
  if (delays.length !== viewers * prints)
    throw new Error(`${delays.length} of ${viewers * prints} prints arrived.`);
  const baseline = 'one viewer at the owner, p50';
  const theirs = median(besideDelays);
  return [
    { what: `a print to ${viewers} viewers at another gateway, p50`, ours: median(delays), baseline, theirs },
    { what: 'the same, p99 (wanted: 100 ms)', ours: quantile(delays, 0.99), baseline, theirs },
    { what: 'maximum wait of its event loop (wanted: 20 ms)', ours: use.maxWaitMs, baseline, theirs },
    { what: 'processor time of it for one print', ours: use.cpuMs / prints, baseline, theirs },
  ];
}

/** Follows an execution; resolves with the milliseconds from each print to its arrival. */
function follow({ port, token }: Replica, executionId: string, agent: Agent) {
  const document = `subscription { executionEvents(executionId: "${executionId}") { ... on StreamEvent { text } } }`;
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    accept: 'text/event-stream',
  };
  const arrived: { at: number; text: string }[] = [];
  const sent = request({ agent, port, host: '127.0.0.1', method: 'POST', path: '/graphql', headers });
  const ended = once(sent, 'response').then(async ([response]) => {
    response.setEncoding('utf8').on('data', (text: string) => {
      arrived.push({ at: performance.timeOrigin + performance.now(), text });
      sent.emit('begun');
    });
    await once(response, 'end');
    return arrived.flatMap(({ at, text }) => delaysOf(at, text));
  });
  const begun = once(sent, 'begun');
  sent.end(JSON.stringify({ query: document }));
  return { begun, ended };
}

function delaysOf(at: number, text: string): number[] {
  return [...text.matchAll(/at (\d+\.\d+)\\n/g)].map(([, printed]) => at - Number(printed) * 1000);
}

async function openReplica(dataDir: string, databaseUrl: string): Promise<Replica> {
  const child = fork(new URL('./replica.ts', import.meta.url).pathname, [], {
    execArgv: ['--import', 'tsx'],
    env: {
      ...process.env,
      ...{ DATA_DIR: dataDir, DATABASE_URL: databaseUrl, DEMO: '1', PORT: '0' },
      ...noRateLimits,
    },
  });
  const [at] = (await once(child, 'message')) as [{ port: number; token: string }];
  return { child, ...at };
}

async function rest(
  { port, token }: Replica,
  method: string,
  path: string,
  body?: object,
): Promise<RestBody> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1.0/engagement/spaces/demo/notebooks${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (response.status === 204 ? {} : await response.json()) as RestBody;
}
