import { setImmediate as nextTurn } from 'node:timers/promises';

const longestTurnMs = 10;

let turnStarted = 0;

/**
 * To be awaited, where it answers a promise, before each read: what is read from memory takes no turn of the event loop,
 * and a loop of such reads would keep all others waiting.
 */
export function takeTurns(): Promise<void> | undefined {
  const now = performance.now();
  if (turnStarted === 0) {
    turnStarted = now;
    setImmediate(() => {
      turnStarted = 0;
    });
    return undefined;
  }
  return now - turnStarted < longestTurnMs ? undefined : nextTurn();
}
