/** How long `npm run test:chaos` disturbs, and what it repeats. */
export interface ChaosOptions {
  /** Repeats the disturbances and the cells, though not how the processes interleave. `CHAOS_SEED` */
  seed: number;
  /** No disturbance begins later, in ms after the first one. `CHAOS_MINUTES`, default 0.6. */
  disturbMs: number;
  /** Sessions that run cells at the same time. `CHAOS_SESSIONS`, default 4. */
  sessions: number;
}

/** Reads the options from the environment. @throws Error for a variable that is no number, or without a server */
export function chaosOptions(env: Record<string, string | undefined>): ChaosOptions {
  if (!env.TEST_DATABASE_URL)
    throw new Error(
      'Replicas share a PostgreSQL server: set TEST_DATABASE_URL to one with a role that may create databases.',
    );
  const number = (name: string, otherwise: number) => {
    const value = Number(env[name] || otherwise);
    if (!Number.isFinite(value) || value < 0) throw new Error(`${name} must be a number from 0`);
    return value;
  };
  return {
    seed: number('CHAOS_SEED', Math.floor(Math.random() * 2 ** 31)),
    disturbMs: number('CHAOS_MINUTES', 0.6) * 60_000,
    sessions: number('CHAOS_SESSIONS', 4),
  };
}
