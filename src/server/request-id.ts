import { randomUUID } from 'node:crypto';

/** The client's `X-Request-Id` if it is well formed (1 to 128 letters, digits and `_.:-`), else a new UUID. */
export function requestIdOf(given: string | string[] | null | undefined): string {
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
}
