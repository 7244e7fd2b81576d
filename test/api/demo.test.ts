import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo, seedDemo } from '../../prisma/seed.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway();
});
afterAll(() => at.close());

it('gateways that start at the same time create the demo together', async () => {
  const { services } = at.gateway;
  const { prisma, git } = services;
  await prisma.space.delete({ where: { slug: demo.slug } });
  await rm(join(at.dataDir, 'repositories', `${demo.repositoryId}.git`), { recursive: true });
  await Promise.all([seedDemo(services), seedDemo(services), seedDemo(services)]);
  expect(await prisma.workspace.count({ where: { id: demo.workspaceId } })).toBe(1);
  const repository = await git.repository(demo.repositoryId);
  expect(repository).toBeDefined();
  await seedDemo(services);
});
