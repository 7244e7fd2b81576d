import { resolve } from 'node:path';
import { inspect } from 'node:util';
import pino from 'pino';
import { ConfigError, readConfig } from '../../config.js';
import { DomainError } from '../../errors.js';
import { backUp } from './back-up.js';
import { restore } from './restore.js';

/** What the two commands print at the end, and whether something needs attention. */
interface Outcome {
  lines: string[];
  isWhole: boolean;
}

const commands = { backup: runBackup, restore: runRestore };

/**
 * Runs `npm run backup -- DIR` or `npm run restore -- DIR`, with the environment variables of the gateway.
 * @param root the folder of the project
 * @param folder the argument; undefined when there was none
 * @returns the exit status: 0, or 1 when it failed or there are damaged repositories
 */
export async function runCommand(
  command: 'backup' | 'restore',
  { root, folder }: { root: string; folder: string | undefined },
): Promise<number> {
  if (!folder) {
    process.stderr.write(`Name a folder: npm run ${command} -- DIR\n`);
    return 1;
  }
  try {
    const { lines, isWhole } = await commands[command](resolve(folder), resolve(root, 'prisma/migrations'));
    process.stdout.write(`${lines.join('\n')}\n`);
    return isWhole ? 0 : 1;
  } catch (error) {
    const isPlain = error instanceof ConfigError || error instanceof DomainError;
    process.stderr.write(`${isPlain ? error.message : inspect(error)}\n`);
    return 1;
  }
}

async function runBackup(folder: string, migrationsDirectory: string): Promise<Outcome> {
  const config = readConfig(process.env);
  const log = pino({ level: config.logLevel }, pino.destination(2));
  const { manifest, damaged, missing } = await backUp({ config, log, migrationsDirectory }, folder);
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  const lines = [
    `Backed up ${rows} rows and ${manifest.repositories.length} repositories to ${folder}.`,
    `It contains secrets (${['secrets/', ...manifest.secrets].join(' ')}, and hashes of tokens): keep it where only you can read it.`,
  ];
  if (!manifest.secrets.includes('secrets-key'))
    lines.push('SECRETS_KEY is not in it, because it is set in the environment: keep it elsewhere.');
  for (const { id, reason } of damaged) lines.push(`The repository ${id} is damaged: ${reason}`);
  for (const id of missing) lines.push(`The repository ${id} is in the database, but has no folder.`);
  return { lines, isWhole: damaged.length === 0 && missing.length === 0 };
}

async function runRestore(folder: string, migrationsDirectory: string): Promise<Outcome> {
  const config = readConfig(process.env);
  const { manifest, damaged } = await restore({ config, migrationsDirectory }, folder);
  const lines = [
    `Restored the backup of ${manifest.createdAt} into ${config.dataDir}.`,
    `Start the gateway with DATA_DIR=${config.dataDir}${config.databaseUrl ? ' and the same DATABASE_URL' : ''}.`,
  ];
  if (!manifest.secrets.includes('secrets-key'))
    lines.push('It needs the SECRETS_KEY of the gateway that was backed up.');
  for (const { id, reason } of damaged) lines.push(`The repository ${id} is damaged: ${reason}`);
  return { lines, isWhole: damaged.length === 0 };
}
