import { isIP } from 'node:net';
import { remoteFaults } from '../engines/git/remote-fault.js';
import { DomainError, invalidField } from '../errors.js';
import { isPublicAddress } from './public-address.js';
import { hostOf, parseRemoteUrl, portOf } from './remote-url.js';
import type { Remotes } from './remotes.js';

/** How a repository shall mirror a remote. */
export interface RemoteInput {
  url: string;
  username?: string | null;
  /** Absent: the one that is kept, if it is for the same host and user; null: none. */
  secret?: string | null;
  /** Null or absent: only when asked. */
  fetchIntervalSeconds?: number | null;
  /** Default false. */
  pushAfterSave?: boolean | null;
}

/** A checked {@link RemoteInput}. */
export interface CheckedRemote {
  url: string;
  username: string | null;
  secret: string | null | undefined;
  fetchIntervalSeconds: number | null;
  pushAfterSave: boolean;
}

const longestUsername = 200;
const longestSecret = 4096;
const shortestInterval = 60;
const longestInterval = 30 * 24 * 3600;

/**
 * Checks what can be checked before the remote is asked; where its name leads is looked at in each sync.
 * @param at the way to the input, e.g. `['remote']`
 * @throws DomainError `runtime_unavailable` where remotes are off, `invalid_request` naming the field
 */
export function checkRemoteInput(remotes: Remotes, input: RemoteInput, at: string[] = []): CheckedRemote {
  if (!remotes.available) throw new DomainError('runtime_unavailable', remoteFaults.git_missing);
  const url = parseRemoteUrl(input.url, [...at, 'url']);
  const host = hostOf(url);
  const isAllowed = remotes.allowed.hasHost(url.hostname, portOf(url)) || remotes.allowed.hasAddress(host);
  if (isIP(host) && !isPublicAddress(host) && !isAllowed) {
    throw invalidField([...at, 'url'], 'is at an address that the configuration does not allow');
  }
  const username = input.username ?? null;
  const { secret } = input;
  const interval = input.fetchIntervalSeconds ?? null;
  if (username !== null) checkPlain(username, [...at, 'username'], longestUsername);
  if (username?.includes(':')) throw invalidField([...at, 'username'], 'must not contain a colon');
  if (secret != null) {
    checkPlain(secret, [...at, 'secret'], longestSecret);
    if (username === null) throw invalidField([...at, 'username'], 'must be given with a secret');
  }
  if (interval !== null && (interval < shortestInterval || interval > longestInterval)) {
    throw invalidField(
      [...at, 'fetch_interval_seconds'],
      `must be from ${shortestInterval} to ${longestInterval}`,
      'out_of_range',
    );
  }
  return {
    url: url.href,
    username,
    secret,
    fetchIntervalSeconds: interval,
    pushAfterSave: !!input.pushAfterSave,
  };
}

/** The message never holds the value. */
function checkPlain(value: string, field: string[], longest: number): void {
  if (value === '' || value.length > longest)
    throw invalidField(field, `must have 1 to ${longest} characters`);
  if (/\p{Cc}/u.test(value) || !value.isWellFormed()) {
    throw invalidField(field, 'must not contain control characters or lone surrogates');
  }
}
