import { Hono } from 'hono';
import { methodNotAllowed } from '../../errors.js';

/** What {@link healthRoutes} reports. */
export interface HealthDeps {
  /** Why requests cannot be served now, in a sentence; null when they can. */
  notReady(): Promise<string | null>;
  /** The version of native git. */
  gitVersion: string;
}

/** Whether the process lives is asked often, and without a token. */
export const healthPaths: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/** `/healthz`, which answers while the process runs, and `/readyz`, which answers 503 while requests cannot be served. */
export function healthRoutes({ notReady, gitVersion }: HealthDeps): Hono {
  const app = new Hono();
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.get('/readyz', async (c) => {
    const reason = await notReady();
    return c.json({ status: reason ?? 'ok', git: { version: gitVersion } }, reason ? 503 : 200);
  });
  for (const path of healthPaths)
    app.all(path, () => {
      throw methodNotAllowed(['GET', 'HEAD']);
    });
  return app;
}
