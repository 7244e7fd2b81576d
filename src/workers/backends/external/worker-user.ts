import { DomainError } from '../../../errors.js';
import type { FileOwner } from '../../backend.js';

/** The users of workers have ids that Linux systems leave unused. @see https://systemd.io/UIDS-GIDS/ */
export const firstUid = 0x70000000;
/** The last id of a worker's user. */
export const lastUid = 0x7fffffff;

/** The id of the user, and of the group, that a worker runs as. It is derived from the worker's random id. */
export function uidOf(workerId: string): number {
  return firstUid + (Number.parseInt(workerId.slice(0, 7), 16) % (lastUid - firstUid + 1));
}

/** The users of the workers that run or start, by worker: no two have the same. */
export class WorkerUsers {
  readonly #uids = new Map<string, number>();

  /** The owner of a worker's files; undefined when it has no user of its own. */
  ownerOf(workerId: string): FileOwner | undefined {
    const id = this.#uids.get(workerId);
    return id === undefined ? undefined : { uid: id, gid: id };
  }

  /** @throws DomainError `runtime_unavailable` when another worker has the same user, which hardly ever happens */
  claim(workerId: string): number {
    const uid = uidOf(workerId);
    if ([...this.#uids].some(([other, id]) => id === uid && other !== workerId))
      throw new DomainError(
        'runtime_unavailable',
        'The system user of this worker is in use by another one; start a new worker.',
      );
    this.#uids.set(workerId, uid);
    return uid;
  }

  /** Remembers the user of a worker of an earlier process. */
  restore(workerId: string, uid: number): void {
    this.#uids.set(workerId, uid);
  }

  release(workerId: string): void {
    this.#uids.delete(workerId);
  }
}
