/** How long and how often `npm run test:crash` kills. */
export interface CrashOptions {
  /** Repeats the plan of kills and of what the clients do, though not how the processes interleave. `CRASH_SEED` */
  seed: number;
  /** Kills of the server. `CRASH_KILLS`, default 500; 50 in CI. */
  serverKills: number;
  /** Kills of a process that saves without a server. `CRASH_STORE_KILLS`, default as many; 60 in CI. */
  storeKills: number;
  /** No kill begins later, in ms after the start. `CRASH_MINUTES`, default 45; 20 in CI. */
  limitMs: number;
}

/** Reads the options from the environment. */
export function crashOptions(env: Record<string, string | undefined>): CrashOptions {
  const number = (name: string, inCi: number, otherwise: number) => {
    const value = Number(env[name] || (env.CI ? inCi : otherwise));
    if (!Number.isFinite(value) || value < 0) throw new Error(`${name} must be a number from 0`);
    return value;
  };
  const random = Math.floor(Math.random() * 2 ** 31);
  return {
    seed: number('CRASH_SEED', random, random),
    serverKills: number('CRASH_KILLS', 50, 500),
    storeKills: number('CRASH_STORE_KILLS', 60, 500),
    limitMs: number('CRASH_MINUTES', 20, 45) * 60_000,
  };
}
