import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.js';

const secrets = { ADMIN_TOKEN: 'the-token-of-the-admin', SECRETS_KEY: randomBytes(32).toString('hex') };
let dataDir: string;
let gateway: GatewayProcess;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'gateway-secrets-'));
  gateway = await startGatewayProcess(dataDir, { ...secrets, KEPT: 'kept' });
}, 120_000);

afterAll(async () => {
  await gateway.kill('SIGTERM');
  await rm(dataDir, { recursive: true, force: true });
});

it('a gateway uses its secrets, but has them not in its environment', async () => {
  const answer = await fetch(`${gateway.url}/api/v1.0/engagement/spaces/${demo.slug}/notebooks/workspaces`, {
    headers: { authorization: `Bearer ${secrets.ADMIN_TOKEN}` },
  });
  expect(answer.status).toBe(200);
  const environments = await Promise.all(
    (await readdir('/proc'))
      .filter((name) => /^\d+$/.test(name))
      .map((name) => readFile(`/proc/${name}/environ`, 'utf8').catch(() => '')),
  );
  const own = environments.filter((environment) => environment.includes(`DATA_DIR=${dataDir}\0`));
  expect(own).toHaveLength(1);
  expect(own[0]).toContain('KEPT=kept');
  expect(own[0]).toContain('ADMIN_TOKEN=');
  for (const secret of Object.values(secrets)) expect(environments.join()).not.toContain(secret);
});
