import { objectFault } from './native/object-fault.js';

/** The closed list of reasons why a sync was incomplete, in sentences that are safe to show. */
export const remoteFaults = {
  git_missing: 'Remotes need git 2.37 or newer on the machine of the gateway.',
  host_unknown: 'The host of the remote has no address.',
  address_refused: 'The remote is at an address that the configuration does not allow.',
  unreachable: 'The remote could not be reached.',
  tls: 'The certificate of the remote could not be verified.',
  redirected: 'The remote redirects to another address; give the address it redirects to.',
  unauthorized: 'The remote did not accept the credentials.',
  not_found: 'The remote has no such repository, or does not show it with these credentials.',
  failing: 'The remote answered with an error of its own.',
  not_git: 'The remote did not answer as a Git server does.',
  malformed: 'The remote has an object that a check of its form refused.',
  unfit:
    'The remote holds files that this repository cannot take: over 64 MiB, with names or paths that are too long or not allowed, or symlinks that lead outside.',
  too_large: 'The remote is larger than the limit, in bytes, objects, or branches and tags.',
  timed_out: 'The remote took longer than the limit.',
  push_refused: 'The remote refused what was pushed.',
  diverged: 'Branches went different ways here and on the remote; merge them and sync again.',
  secret_unreadable: 'The stored secret cannot be decrypted with the key of this gateway; set it again.',
  storage: 'The repository could not be written.',
  internal: 'The sync failed inside the gateway.',
} as const;

/** One of {@link remoteFaults}. */
export type RemoteFaultCode = keyof typeof remoteFaults;

/** Thrown when a sync ends early. */
export class RemoteFault extends Error {
  /** What was refused, in words that are safe to show, e.g. the object or the path; null when it is nothing single. */
  readonly subject: string | null;

  /** @param details.cause for the log only, for example git's output */
  constructor(
    readonly code: RemoteFaultCode,
    { cause, subject = null }: { cause?: unknown; subject?: string | null } = {},
  ) {
    super(remoteFaults[code], { cause });
    this.name = 'RemoteFault';
    this.subject = subject;
  }
}

/** Git's output in the locale C for each fault; the first that matches counts. */
const patterns: [RemoteFaultCode, RegExp][] = [
  ['unauthorized', /Authentication failed|could not read Username|returned error: 40[13]/],
  ['not_found', /repository '.*' not found|returned error: (404|410)/],
  ['redirected', /returned error: 3\d\d|redirect/i],
  ['failing', /returned error: \d\d\d/],
  ['tls', /SSL|TLS|certificate/],
  ['storage', /No space left|Disk quota|Read-only file system|Permission denied|unable to (create|write)/],
  ['too_large', /attempting to allocate|[Oo]ut of memory/],
  ['malformed', /fsck|index-pack failed|invalid index-pack|pack is corrupt|did not receive expected object/],
  ['push_refused', /\[remote rejected\]/],
  ['not_git', /not valid: is this a git repository|protocol error|bad line length|invalid server response/],
  [
    'unreachable',
    /Could not resolve|Failed to connect|Couldn't connect|Connection|Operation too slow|hung up|early EOF|curl \d+|Empty reply/i,
  ],
];

/** The fault that git's output describes, and the refused object. Lines that come from the remote itself do not count. */
export function faultOf(stderr: string): { code: RemoteFaultCode; subject: string | null } {
  const own = stderr.replace(/^remote: .*$/gm, '');
  const code = patterns.find(([, pattern]) => pattern.test(own))?.[0] ?? 'not_git';
  return { code, subject: code === 'malformed' ? objectFault(own) : null };
}
