import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FilledSpace, makeFilledSpace } from '../support/factories/make-filled-space.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { fuzz } from '../support/schemathesis.js';

const checks = ['--checks', 'not_a_server_error,status_code_conformance'];
const bounds = ['--seed', '1', '--request-timeout', '20', '--no-shrink'];

// Once: what is looked for does not depend on the database.
describe.runIf(process.env.TEST_DB !== 'postgres')('generated requests', () => {
  let at: TestGateway;
  let filled: FilledSpace;
  let folder: string;
  beforeAll(async () => {
    at = await openTestGateway({ sessionStartTimeoutMs: 100 });
    filled = await makeFilledSpace(at);
    folder = await mkdtemp(join(tmpdir(), 'fuzzed-'));
  });
  afterAll(async () => {
    await at.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('to REST get no 500 and no status that the description does not have', async () => {
    const served = await fetch(`${at.url}/openapi.json`, {
      headers: { authorization: `Bearer ${at.token}` },
    });
    const description = join(folder, 'openapi.json');
    await writeFile(description, JSON.stringify(withRealIds(await served.json(), filled)));
    const { exitCode, text } = await fuzz(description, [
      ...['--url', at.url, '-H', `Authorization: Bearer ${at.token}`],
      // It would be read until its end, which never comes.
      ...['--exclude-operation-id', 'streamSpaceEvents'],
      ...['--phases', 'examples,coverage,fuzzing', '--max-time', '100', ...checks, ...bounds],
    ]);
    expect(exitCode, text.slice(-20_000)).toBe(0);
  }, 240_000);

  it('to GraphQL get no 500', async () => {
    // Its check of GraphQL counts every error in an answer, also one that the request deserves: so the answers are read here.
    const archive = join(folder, 'graphql.har');
    const { text } = await fuzz(`${at.url}/graphql`, [
      ...['-H', `Authorization: Bearer ${at.token}`, '--checks', 'content_type_conformance', ...bounds],
      ...['--phases', 'fuzzing', '--max-time', '45', '--report-har-path', archive],
    ]);
    const { log } = JSON.parse(await readFile(archive, 'utf8'));
    expect(log.entries.length, text.slice(-5_000)).toBeGreaterThan(100);
    const failed = log.entries.filter(
      ({ response }: any) =>
        response.status >= 500 || /"code": ?"internal"/.test(response.content.text ?? ''),
    );
    expect(failed.map(({ request }: any) => request.postData?.text)).toEqual([]);
  }, 240_000);
});

/** The description with the ids of a space that has one resource of each kind, so that requests get past their 404s. */
function withRealIds(description: any, { slug, ids }: FilledSpace): any {
  const known: Record<string, string> = {
    ...ids,
    space_slug: slug,
    default_repository_id: ids.repository_id,
  };
  const pinned = (node: any): any => {
    if (Array.isArray(node)) return node.map(pinned);
    if (typeof node !== 'object' || node === null) return node;
    const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, pinned(value)]));
    if (copy.in === 'path' && known[copy.name]) return { ...copy, schema: { enum: [known[copy.name]] } };
    for (const [name, id] of Object.entries(known))
      if (copy.properties?.[name]?.format === 'uuid') copy.properties[name] = { enum: [id] };
    return copy;
  };
  return pinned(description);
}
