import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import type { Config } from '../config.js';
import { DomainError } from '../errors.js';

const defaultSocket = '/var/run/docker.sock';

/** Folders of the machine that programs need. */
const neededFolders = ['/', '/etc', '/etc/ssl', '/etc/pki'];

/**
 * The folders of the secrets that the configuration names, and of the sockets that make their users powerful: the key for the
 * Docker engine and its socket, the kubeconfig, the key for the database and its socket. Where a file is a link, also the folder
 * of what it leads to. They need not exist.
 * @returns absolute paths, each once
 */
export function secretFolders(config: Pick<Config, 'containers' | 'databaseUrl'>): string[] {
  const { dockerHost, dockerCertPath, kubeconfig } = config.containers;
  const files = [
    dockerHost?.startsWith('unix://') ? dockerHost.slice('unix://'.length) : defaultSocket,
    ...(dockerCertPath === undefined ? [] : [join(dockerCertPath, 'key.pem')]),
    ...(kubeconfig ?? join(homedir(), '.kube/config')).split(delimiter).filter(Boolean),
    ...databaseFiles(config.databaseUrl ?? ''),
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
 * The key and the socket that an address of a database names.
 * @see https://www.postgresql.org/docs/current/libpq-connect.html
 */
function databaseFiles(url: string): string[] {
  const query = new URLSearchParams(url.split('?')[1]);
  const encodedHost = /^\w+:\/\/(?:[^/@]*@)?(%2f[^:/?]*)/i.exec(url)?.[1] ?? '';
  const folders = [...query.getAll('host'), decodeURIComponent(encodedHost)].filter((host) =>
    host.startsWith('/'),
  );
  return [...query.getAll('sslkey'), ...folders.map((folder) => join(folder, '.s.PGSQL.5432'))];
}
