import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, type RequestOptions, request } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { pktLine } from '../../../src/engines/git/serve/pkt-line.js';
import { makeUser } from '../../support/factories/make-user.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';

/** More than the buffers of a connection take. */
const size = 48_000_000;
const path = 'large.bin';
const rest = `/api/v1.0/engagement/spaces/demo/notebooks/workspaces/${demo.workspaceId}/raw-file?path=${path}`;

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway();
  const put = await at.rest('PUT', `/workspaces/${demo.workspaceId}/raw-file?path=${path}`, {
    raw: randomBytes(size) as Uint8Array<ArrayBuffer>,
    headers: { 'content-type': 'application/octet-stream' },
  });
  expect(put.status).toBe(201);
});
afterAll(() => at.close());

/** Begins an answer and does not read on. */
async function begin(
  target: string,
  options: RequestOptions,
  body?: string | Buffer,
): Promise<IncomingMessage> {
  const sent = request(at.url + target, { ...options, agent: false }).on('error', () => {});
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(200);
  return response.on('error', () => {}).pause();
}

/** The bytes that come, until the answer ends or breaks off. */
async function remainder(
  response: IncomingMessage,
): Promise<{ bytes: number; text: string; complete: boolean }> {
  let bytes = 0;
  let text = '';
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    text = (text + chunk.toString('latin1')).slice(-2_000);
  });
  response.resume();
  if (!response.closed) await new Promise((resolve) => response.once('close', resolve));
  return { bytes, text, complete: response.complete };
}

async function revoke(userId: string): Promise<void> {
  const { prisma } = at.gateway.services;
  await prisma.apiToken.updateMany({ where: { userId }, data: { revokedAt: new Date() } });
}

it('ends downloads over REST, GraphQL and Git within 5 s after their token was revoked', async () => {
  const { id, token } = await makeUser(at, { role: 'viewer' });
  const shared = { visibility: 'space', grants: [] };
  await at.rest('PUT', `/workspaces/${demo.workspaceId}/access`, { body: shared });
  const authorization = `Bearer ${token}`;
  const query = `subscription { fileContent(spaceSlug: "demo", in: { workspaceId: "${demo.workspaceId}" },
    path: "${path}") { base64 } }`;
  const { commit_sha } = (await at.rest('GET', `/workspaces/${demo.workspaceId}/files?kind=all`)).body.items
    .map((one: any) => ({ commit_sha: one.last_commit_sha, path: one.path }))
    .find((one: any) => one.path === path);
  const want = Buffer.concat([
    pktLine(`want ${commit_sha} ofs-delta\n`),
    Buffer.from('0000'),
    pktLine('done\n'),
  ]);
  const downloads = await Promise.all([
    begin(rest, { headers: { authorization } }),
    begin(
      '/graphql',
      {
        method: 'POST',
        headers: { authorization, accept: 'text/event-stream', 'content-type': 'application/json' },
      },
      JSON.stringify({ query }),
    ),
    begin(
      '/git/demo/welcome.git/git-upload-pack',
      { method: 'POST', headers: { authorization, 'content-type': 'application/x-git-upload-pack-request' } },
      want,
    ),
  ]);
  await revoke(id);
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  const [raw, events, pack] = await Promise.all(downloads.map(remainder));
  expect(raw!.bytes).toBeLessThan(size);
  expect(raw!.complete).toBe(false);
  expect(events!.bytes).toBeLessThan(size);
  expect(events!.text).toContain('unauthenticated');
  expect(pack!.bytes).toBeLessThan(size);
  expect(pack!.complete).toBe(false);
});
