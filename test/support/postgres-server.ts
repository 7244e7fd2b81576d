import { execFile } from 'node:child_process';
import { appendFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CleanUp } from './clean-up.js';
import { freePort } from './free-port.js';

const run = promisify(execFile);
const debianFolder = '/usr/lib/postgresql';
const password = 'of-the-test';

/** A PostgreSQL server that a test has started. */
export interface PostgresServer {
  /** The URL of its empty database, with an address of this machine. */
  url: string;
  stop(): Promise<void>;
}

/**
 * Starts Debian's PostgreSQL with a new data folder, on an address that others than this machine reach. Needs root.
 * @throws Error when the package `postgresql` is not installed
 */
export function startPostgres(address: string): Promise<PostgresServer> {
  const cleanUp = new CleanUp();
  return cleanUp.unlessDone(() => start(address, cleanUp));
}

async function start(address: string, cleanUp: CleanUp): Promise<PostgresServer> {
  const programs = await findPrograms();
  const asPostgres = async (program: string, ...rest: string[]) =>
    (await run('runuser', ['-u', 'postgres', '--', program, ...rest], { cwd: '/' })).stdout.trim();
  const folder = await asPostgres('mktemp', '-d', '/tmp/postgres-test-XXXXXX');
  cleanUp.add(() => rm(folder, { recursive: true, force: true }));
  const data = join(folder, 'data');
  const control = (...rest: string[]) => asPostgres(join(programs, 'pg_ctl'), '-D', data, '-w', ...rest);

  // Its folder is for its user alone.
  await writeFile(join(folder, 'password'), password, { mode: 0o644 });
  await asPostgres(
    ...([join(programs, 'initdb'), '-D', data, '-U', 'gateway'] as const),
    ...['--auth=scram-sha-256', `--pwfile=${join(folder, 'password')}`, '--no-sync'],
  );
  await appendFile(join(data, 'pg_hba.conf'), 'host all all all scram-sha-256\n');
  const port = await freePort(address);
  const settings = `-p ${port} -c listen_addresses=${address} -c unix_socket_directories= -c fsync=off`;
  await control('-l', join(folder, 'log'), '-o', settings, 'start');
  cleanUp.add(() => control('-m', 'immediate', 'stop'));
  return {
    url: `postgresql://gateway:${password}@${address}:${port}/postgres`,
    stop: () => cleanUp.run(),
  };
}

async function findPrograms(): Promise<string> {
  const versions = await readdir(debianFolder).catch(() => []);
  const newest = versions
    .map(Number)
    .sort((a, b) => a - b)
    .at(-1);
  if (!newest) throw new Error('PostgreSQL is missing. Install it: apt-get install postgresql');
  return join(debianFolder, String(newest), 'bin');
}
