import { Hono } from 'hono';

/** What {@link healthRoutes} reports. */
export interface HealthDeps {
  /** Why requests cannot be served now, in a sentence; null when they can. */
  notReady(): Promise<string | null>;
  /** The version of native git; undefined when there is none, which is reported but is not a failure. */
  gitVersion: string | undefined;
}

/** `/healthz`, which answers while the process runs, and `/readyz`, which answers 503 while requests cannot be served. */
export function healthRoutes({ notReady, gitVersion }: HealthDeps): Hono {
  const app = new Hono();
  const git = gitVersion
    ? { available: true, version: gitVersion }
    : {
        available: false,
        reason: 'No git program of version 2.32 or newer is on the PATH; what needs it is off.',
      };
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.get('/readyz', async (c) => {
    const reason = await notReady();
    return c.json({ status: reason ?? 'ok', git }, reason ? 503 : 200);
  });
  return app;
}
