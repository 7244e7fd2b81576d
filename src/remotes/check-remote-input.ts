import { isIP } from 'node:net';
import { remoteFaults } from '../engines/git/remote-fault.js';
import { DomainError, invalidField } from '../errors.js';
import { checkAll } from '../validation/check-all.js';
import { isPublicAddress } from './public-address.js';
import { hostOf, parseRemoteUrl, portOf } from './remote-url.js';
import type { Remotes } from './remotes.js';

/** The settings of a remote that a repository mirrors. */
export interface RemoteInput {
  url: string;
  username?: string | null;
  /** The password or token. Absent: keep the stored one, which must be for the same host and user; null: none. */
  secret?: string | null;
  /** From 60 s to 30 days. Null or absent: fetch only on request. */
  fetchIntervalSeconds?: number | null;
  /** Whether saves are pushed to the remote; default false. */
  pushAfterSave?: boolean | null;
}

/** A validated {@link RemoteInput}. */
export interface CheckedRemote {
  url: string;
  username: string | null;
  secret: string | null | undefined;
  fetchIntervalSeconds: number | null;
  pushAfterSave: boolean;
}

const maxUsernameLength = 200;
const maxSecretLength = 4096;
const minIntervalSeconds = 60;
const maxIntervalSeconds = 30 * 24 * 3600;

/**
 * Validates the settings of a remote without connecting to it. Each sync checks the addresses of the host name.
 * @param at the path of the input in the request, e.g. `['remote']`
 * @throws DomainError `runtime_unavailable` when remotes are off, `invalid_request` with the field
 */
export async function checkRemoteInput(
  remotes: Remotes,
  input: RemoteInput,
  at: string[] = [],
): Promise<CheckedRemote> {
  if (!remotes.available) throw new DomainError('runtime_unavailable', remoteFaults.git_missing);
  const { secret, pushAfterSave } = input;
  const { url, username, fetchIntervalSeconds } = await checkAll({
    url: () => checkUrl(remotes, input.url, [...at, 'url']),
    username: () => checkUsername(input, [...at, 'username']),
    secret: () => secret == null || checkPlain(secret, [...at, 'secret'], maxSecretLength),
    fetchIntervalSeconds: () => checkInterval(input, [...at, 'fetchIntervalSeconds']),
  });
  return { url, username, secret, fetchIntervalSeconds, pushAfterSave: !!pushAfterSave };
}

function checkUrl(remotes: Remotes, given: string, path: string[]): string {
  const url = parseRemoteUrl(given, path);
  const host = hostOf(url);
  const isAllowed = remotes.allowed.hasHost(url.hostname, portOf(url)) || remotes.allowed.hasAddress(host);
  if (isIP(host) && !isPublicAddress(host) && !isAllowed) {
    throw invalidField(path, 'is at an address that the configuration does not allow');
  }
  return url.href;
}

function checkUsername({ username = null, secret }: RemoteInput, path: string[]): string | null {
  if (username === null) {
    if (secret != null) throw invalidField(path, 'must be given with a secret');
    return null;
  }
  checkPlain(username, path, maxUsernameLength);
  if (username.includes(':')) throw invalidField(path, 'must not contain a colon');
  return username;
}

function checkInterval(
  { fetchIntervalSeconds: interval = null }: RemoteInput,
  path: string[],
): number | null {
  if (interval !== null && (interval < minIntervalSeconds || interval > maxIntervalSeconds)) {
    throw invalidField(path, `must be from ${minIntervalSeconds} to ${maxIntervalSeconds}`, 'out_of_range');
  }
  return interval;
}

/** The error never contains the value, because it may be a secret. */
function checkPlain(value: string, field: string[], maxLength: number): void {
  if (value === '' || value.length > maxLength)
    throw invalidField(field, `must have 1 to ${maxLength} characters`);
  if (/\p{Cc}/u.test(value) || !value.isWellFormed()) {
    throw invalidField(field, 'must not contain control characters or lone surrogates');
  }
}
