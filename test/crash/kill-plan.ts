import { setTimeout as sleep } from 'node:timers/promises';
import type { KilledServer } from './killed-server.js';

/** The moment at which the server is killed. */
export type Moment =
  | { at: 'start'; ms: number }
  | { at: 'response'; nth: number }
  | { at: 'request'; nth: number; ms: number }
  | { at: 'push'; ms: number }
  | { at: 'burst'; ms: number };

const maxWaitMs = 3_000;
/** A push over HTTP takes half a second alone, and one has to begin first. */
const maxPushMs = 6_000;

/** The next moment of a plan. */
export function nextMoment(random: (below: number) => number): Moment {
  const choice = random(100);
  if (choice < 15) return { at: 'start', ms: random(1_500) };
  if (choice < 40) return { at: 'response', nth: 1 + random(40) };
  if (choice < 70) return { at: 'request', nth: 1 + random(40), ms: random(12) };
  if (choice < 85) return { at: 'push', ms: random(5) };
  return { at: 'burst', ms: 50 + random(2_000) };
}

/** Spawns the server and kills it at the moment. @throws when it does not start */
export async function killAt(server: KilledServer, moment: Moment): Promise<void> {
  server.spawn();
  if (moment.at === 'start') {
    await sleep(moment.ms);
    return server.kill();
  }
  const reached = whenReached(server, moment);
  await server.listening();
  await Promise.race([reached, sleep(moment.at === 'push' ? maxPushMs : maxWaitMs)]);
  if (moment.at !== 'response') await sleep(moment.ms);
  await server.kill();
}

async function whenReached(server: KilledServer, moment: Exclude<Moment, { at: 'start' }>): Promise<void> {
  if (moment.at === 'response' || moment.at === 'request') return counted(server, moment);
  server.onRequest = server.onSuccess = () => {};
  if (moment.at === 'push')
    await new Promise<void>((resolve) => {
      server.onPush = resolve;
    });
}

/** Resolves when the nth request went out, or the nth success came in; a success kills immediately, in the same tick. */
function counted(server: KilledServer, moment: { at: 'response' | 'request'; nth: number }): Promise<void> {
  return new Promise((resolve) => {
    let left = moment.nth;
    const one = () => {
      left -= 1;
      if (left !== 0) return;
      if (moment.at === 'response') void server.kill();
      resolve();
    };
    server.onRequest = moment.at === 'request' ? one : () => {};
    server.onSuccess = moment.at === 'response' ? one : () => {};
  });
}
