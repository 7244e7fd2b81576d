import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { adminQuery, createDatabase } from '../support/database-server.js';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.js';

const secrets = {
  ADMIN_TOKEN: 'the-token-of-the-admin',
  SECRETS_KEY: randomBytes(32).toString('hex'),
  PGPASSWORD: randomBytes(16).toString('hex'),
};
let dataDir: string;
let gateway: GatewayProcess | undefined;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'gateway-secrets-'));
});

afterEach(async () => {
  await gateway?.kill('SIGTERM');
  gateway = undefined;
  await rm(dataDir, { recursive: true, force: true });
});

async function listWorkspaces(): Promise<number> {
  const path = `/api/v1.0/engagement/spaces/${demo.slug}/notebooks/workspaces`;
  const answer = await fetch(gateway!.url + path, {
    headers: { authorization: `Bearer ${secrets.ADMIN_TOKEN}` },
  });
  return answer.status;
}

/** The environments that a cell without isolation can read, and more. */
async function environments(): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  return Promise.all(pids.map((pid) => readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')));
}

it('a gateway uses its secrets, but has them not in its environment', { timeout: 120_000 }, async () => {
  gateway = await startGatewayProcess(dataDir, { ...secrets, KEPT: 'kept' });
  expect(await listWorkspaces()).toBe(200);
  const all = await environments();
  const own = all.filter((environment) => environment.includes(`DATA_DIR=${dataDir}\0`));
  expect(own).toHaveLength(1);
  expect(own[0]).toContain('KEPT=kept');
  expect(own[0]).toContain('ADMIN_TOKEN=');
  for (const secret of Object.values(secrets)) expect(all.join()).not.toContain(secret);
});

it.skipIf(!process.env.TEST_DATABASE_URL)(
  'the password of the database is forgotten, and connections that break are made again with it',
  { timeout: 120_000 },
  async () => {
    const role = `gateway_test_${randomUUID()}`;
    await adminQuery(`CREATE ROLE "${role}" LOGIN PASSWORD '${secrets.PGPASSWORD}'`);
    const database = await createDatabase(`OWNER "${role}"`);
    try {
      const url = new URL(database.url);
      Object.assign(url, { username: role, password: '' });
      const { ADMIN_TOKEN, PGPASSWORD } = secrets;
      const variables = { ADMIN_TOKEN, PGPASSWORD, DATABASE_URL: url.href, DEMO: '1' };
      gateway = await startGatewayProcess(dataDir, variables);
      expect(await listWorkspaces()).toBe(200);
      expect((await environments()).join()).not.toContain(PGPASSWORD);
      await adminQuery(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${role}'`);
      await expect.poll(listWorkspaces, { timeout: 60_000 }).toBe(200);
    } finally {
      await gateway?.kill('SIGTERM');
      gateway = undefined;
      await database.remove();
      await adminQuery(`DROP ROLE "${role}"`);
    }
  },
);
