import { join } from 'node:path';
import { openDatabase } from '../../src/engines/database/open-database.js';
import { seededRandom } from '../engines/git/seeded-random.js';
import { runContendingClient } from './contending-client.js';
import { createGate } from './gate.js';
import { killAt, nextMoment } from './kill-plan.js';
import { api, createKilledServer, type KilledServer } from './killed-server.js';
import { createLedger, type Ledger } from './ledger.js';
import { type Remote, runPushingClient } from './pushing-client.js';
import { runRepacks } from './repacks.js';
import { createSavingClient, type SavingClient } from './saving-client.js';
import { outside, saveTargetOf, setUp } from './scene.js';
import { verifyDatabase } from './verify-database.js';
import { repositorySize, verifyRepository } from './verify-git.js';
import { verifyReads } from './verify-rest.js';

/** What came of {@link killServers}. */
export interface ServerKills {
  kills: Record<string, number>;
  starts: number[];
  ledger: Ledger;
  /** Saves read again through REST, and how often all was compared. */
  reads: number;
  checks: number;
  errors: string[];
}

const savers = 2;

/**
 * Kills a gateway at planned moments while clients save, git pushes and repacks run; now and then, and in the end, all
 * stop and everything is compared.
 */
export async function killServers(options: {
  dataDir: string;
  seed: number;
  kills: number;
  until: number;
  checkEvery: number;
  report: (line: string) => void;
}): Promise<ServerKills> {
  const random = seededRandom(options.seed);
  const server = createKilledServer(options.dataDir);
  const ledger = createLedger();
  const gate = createGate();
  const kills: ServerKills['kills'] = { start: 0, response: 0, request: 0, push: 0, burst: 0 };
  const done = { reads: 0, checks: 0, saves: 0, faults: 0 };

  server.spawn();
  await server.listening();
  const remotes = await setUp(server);
  await server.kill();
  const clients = remotes.flatMap(({ repositoryId, branches, rewritten }) =>
    branches
      .filter((branch) => branch !== rewritten && branch !== outside)
      .flatMap((branch) =>
        Array.from({ length: savers }, (_, i) => {
          const target = saveTargetOf(
            server,
            repositoryId,
            branch,
            `${server.names.get(repositoryId)}-${branch}-${i}`,
          );
          return createSavingClient({ server, ledger, gate, random: seededRandom(random(2 ** 31)) }, target);
        }),
      ),
  );
  const parts = () => ({ server, ledger, gate, random: seededRandom(random(2 ** 31)) });
  const work = Promise.all([
    ...clients.map((client) => client.run()),
    ...remotes.flatMap((remote, i) => [
      ...[0, 1].map((n) => {
        const branch = remote.rewritten ?? remote.branches[0]!;
        return runContendingClient(
          { ...parts(), isRewritten: remote.rewritten !== undefined },
          saveTargetOf(server, remote.repositoryId, branch, `contender-${i}-${n}`),
        );
      }),
      runPushingClient(
        { ...parts(), name: `pusher-${i}`, folder: join(options.dataDir, `clone-${i}`) },
        remote,
      ),
    ]),
    runRepacks(parts(), remotes),
  ]);
  // A client that throws ends the run; until then nobody waits for it.
  let failure: unknown;
  work.catch((error) => {
    failure = error;
  });

  async function check(): Promise<void> {
    server.onRequest = server.onSuccess = () => {};
    server.spawn();
    await server.listening();
    await gate.close();
    for (const client of clients) await client.resolvePending();
    const fresh = ledger.saves.slice(done.saves).filter(({ commitOid }) => !ledger.replaced.has(commitOid));
    ledger.faults.push(...(await verifyReads(server, fresh)));
    done.saves = ledger.saves.length;
    done.reads += fresh.length;
    for (const remote of remotes) {
      for (const branch of remote.branches) await listFiles(server, remote.repositoryId, branch);
      ledger.faults.push(...(await verifyRepository({ ...remote, id: remote.repositoryId, ledger })));
    }
    await server.kill();
    await compareDatabase(options.dataDir, remotes, clients, ledger);
    done.checks += 1;
    const sizes = await Promise.all(remotes.map(({ gitdir }) => repositorySize(gitdir)));
    const size = sizes
      .map(({ commits, packs }) => `${commits} commits in ${packs} packs and loose`)
      .join(', ');
    options.report(
      `${total(kills)} kills, ${ledger.saves.length} saves and ${ledger.pushes.length} pushes acknowledged, ` +
        `${ledger.faults.length} faults; ${size}`,
    );
    for (const fault of ledger.faults.slice(done.faults)) options.report(`FAULT ${fault}`);
    done.faults = ledger.faults.length;
  }

  try {
    while (total(kills) < options.kills && Date.now() < options.until) {
      gate.open();
      const moment = nextMoment(random);
      await killAt(server, moment);
      kills[moment.at]! += 1;
      if (failure) throw failure;
      if (total(kills) % options.checkEvery === 0 && total(kills) < options.kills) await check();
    }
    await check();
  } finally {
    gate.end();
    await server.kill();
    await work;
  }
  return { kills, starts: server.starts, ledger, ...done, errors: server.errors };
}

function total(kills: Record<string, number>): number {
  return Object.values(kills).reduce((sum, n) => sum + n, 0);
}

/** A read of a branch brings its index up to its tip. */
async function listFiles(server: KilledServer, repositoryId: string, branch: string): Promise<void> {
  const query = new URLSearchParams({ ref: branch, kind: 'all' });
  const workspaceId = server.workspaces.get(repositoryId)!;
  const { status, text } = await server.request('GET', `${api}/workspaces/${workspaceId}/files?${query}`);
  if (status !== 200) throw new Error(`listing ${branch} was answered with ${status} ${text}`);
}

async function compareDatabase(
  dataDir: string,
  remotes: Remote[],
  clients: SavingClient[],
  ledger: Ledger,
): Promise<void> {
  const database = await openDatabase({
    pgliteDirectory: join(dataDir, 'database'),
    migrationsDirectory: 'prisma/migrations',
  });
  try {
    for (const { gitdir, repositoryId } of remotes) {
      ledger.faults.push(...(await verifyDatabase(database.prisma, { gitdir, id: repositoryId, clients })));
    }
  } finally {
    await database.close();
  }
}
