import type { Logger } from 'pino';
import type { CreationCheck } from '../../creation-check.js';
import type { Isolation } from './isolation.js';
import type { LocalPython } from './local-python.js';

/** What a `LocalBackend` works with. */
export interface LocalBackendOptions {
  /** Absolute path of the folder for the records of the servers; it must outlive the gateway. */
  stateRoot: string;
  /** The Python that servers run on; called at each start. @throws DomainError `runtime_unavailable` */
  python: () => Promise<LocalPython>;
  /** Absolute path of the folder for the packages that branches ask for; by default they are not installed. */
  environmentsDirectory?: string;
  /** How long a server may take to answer; default 60 s. */
  startTimeoutMs?: number;
  /** A server that does not answer for so long is lost; default 60 s. */
  lostAfterMs?: number;
  /** How servers are isolated; called at each start. Default: the best that the machine allows. */
  isolation?: () => Promise<Isolation>;
  /** Absolute paths of folders that kernels must not see, beside `stateRoot` and the user's home folder. */
  hiddenFolders?: string[];
  /** Servers end when no gateway has run for so long; default 24 h. */
  orphanMs?: number;
  /** Default: it always may. */
  mayCreate?: CreationCheck;
  /** Default: nothing is logged. */
  log?: Logger;
}
