import { readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import type { Config } from '../config.js';
import { DomainError } from '../errors.js';

const defaultSocket = '/var/run/docker.sock';

/** Folders of the machine that programs need. */
const neededFolders = ['/', '/etc', '/etc/ssl', '/etc/pki'];

/**
 * The folders of the secrets that the configuration names, and of the sockets that make their users powerful: the key for the
 * Docker engine and its socket, the kubeconfig and the keys that it names, the key, the socket and the passwords for the
 * database. Where a file is a link, also the folder of what it leads to. They need not exist.
 * @param variables those that the client of the database reads by itself: `PGPASSFILE` names its passwords, and `PGHOST` may be
 *   the folder of its socket; default those of this process
 * @returns absolute paths, each once
 */
export function secretFolders(
  config: Pick<Config, 'containers' | 'databaseUrl'>,
  variables: { PGPASSFILE?: string; PGHOST?: string } = process.env,
): string[] {
  const { PGPASSFILE, PGHOST } = variables;
  const { dockerHost, dockerCertPath, kubeconfig } = config.containers;
  const kubeconfigs = (kubeconfig ?? join(homedir(), '.kube/config')).split(delimiter).filter(Boolean);
  const files = [
    dockerHost?.startsWith('unix://') ? dockerHost.slice('unix://'.length) : defaultSocket,
    ...(dockerCertPath === undefined ? [] : [join(dockerCertPath, 'key.pem')]),
    ...kubeconfigs,
    ...kubeconfigs.flatMap(keysOf),
    ...(PGPASSFILE ? [PGPASSFILE] : []),
    ...databaseFiles(config.databaseUrl ?? '', PGHOST),
  ].map((file) => resolve(file));
  return [...new Set(files.flatMap((file) => [dirname(file), dirname(targetOf(file))]))];
}

function targetOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

/**
 * The files of keys and tokens that a kubeconfig names; a relative path begins at its folder.
 * @see https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/#file-references
 */
function keysOf(kubeconfig: string): string[] {
  let text: string;
  try {
    text = readFileSync(kubeconfig, 'utf8');
  } catch {
    return [];
  }
  const named = text.matchAll(
    /^[\s{,-]*["']?(?:client-key|tokenFile|token-file)["']?:\s*(["']?)(.+?)\1[\s,}]*$/gm,
  );
  return [...named].map((match) => resolve(dirname(kubeconfig), match[2]!));
}

/**
 * Why folders cannot be hidden from programs, which need some as a whole.
 * @param folders absolute paths
 * @returns null when they can be hidden
 */
export function secretFolderFault(folders: string[]): DomainError | null {
  const needed = folders.find((folder) => neededFolders.includes(folder));
  if (needed === undefined) return null;
  const message = `A variable names a secret in ${needed}, which cannot be hidden from cells; put it in a folder of its own.`;
  return new DomainError('runtime_unavailable', message);
}

/**
 * The key and the sockets that an address of a database names, or the host for addresses without one.
 * @see https://www.postgresql.org/docs/current/libpq-connect.html
 */
function databaseFiles(url: string, defaultHost = ''): string[] {
  const query = new URLSearchParams(url.split('?')[1]);
  const encodedHost = /^\w+:\/\/(?:[^/@]*@)?(%2f[^:/?]*)/i.exec(url)?.[1] ?? '';
  const folders = [...query.getAll('host'), decodeURIComponent(encodedHost), defaultHost].filter((host) =>
    host.startsWith('/'),
  );
  return [...query.getAll('sslkey'), ...folders.map((folder) => join(folder, '.s.PGSQL.5432'))];
}
