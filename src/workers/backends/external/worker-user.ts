/** The users of workers have ids that Linux systems leave unused. @see https://systemd.io/UIDS-GIDS/ */
export const firstUid = 0x70000000;
/** The last id of a worker's user. */
export const lastUid = 0x7fffffff;

/** The id of the user, and of the group, that a worker runs as. It is derived from the worker's random id. */
export function uidOf(workerId: string): number {
  return firstUid + (Number.parseInt(workerId.slice(0, 7), 16) % (lastUid - firstUid + 1));
}
