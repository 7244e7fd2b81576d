import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { readEvents } from '../../support/sse.js';
import { openReplicas, openSession, type Replicas, type Watch, watch } from './replica-fixture.js';

const onServer = process.env.TEST_DB === 'postgres';

describe.runIf(onServer)('while all connections of the database are cut again and again', () => {
  let both: Replicas;
  let sessionId: string;
  const open: Watch[] = [];
  beforeAll(async () => {
    both = await openReplicas();
    sessionId = (await openSession(both)).id;
  });
  afterEach(() => {
    for (const one of open.splice(0)) one.leave();
  });
  afterAll(async () => {
    await both?.close();
  });

  /** Cuts them every 150 ms. @returns what ends that, and says how many were cut */
  async function beginCuts(): Promise<() => Promise<number>> {
    const client = new pg.Client({ connectionString: both.databaseUrl });
    await client.connect();
    let isOver = false;
    let count = 0;
    const cutting = (async () => {
      while (!isOver) {
        const { rowCount } = await client.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND application_name = 'notebook-gateway'`,
        );
        count += rowCount ?? 0;
        await sleep(150);
      }
    })();
    return async () => {
      isOver = true;
      await cutting;
      await client.end();
      return count;
    };
  }

  const follow = (selection: string) => {
    const one = watch(both.other, selection);
    open.push(one);
    return one;
  };
  const stream = (path: string) =>
    fetch(`${both.other.url}/api/v1.0/engagement/spaces/demo/notebooks${path}`, {
      headers: { authorization: `Bearer ${both.other.token}` },
    });
  /** Sends a request until the database has answered it. */
  const request = async <T extends { status: number }>(send: () => Promise<T>): Promise<T> => {
    for (;;) {
      const answer = await send();
      if (answer.status < 500) return answer;
      await sleep(100);
    }
  };

  it('a run is streamed whole over REST and GraphQL, at a gateway that does not run it', async () => {
    const code = 'import time\nfor i in range(60):\n    print(i, flush=True)\n    time.sleep(0.05)';
    const mutation = `mutation ($code: String!, $id: ID!) {
      executeCell(spaceSlug: "demo", sessionId: $id, input: { code: $code }) { id } }`;
    const { data } = await both.owner.graphql(mutation, { code, id: sessionId });
    const { id } = data.executeCell;
    const rest = await stream(`/sessions/${sessionId}/executions/${id}/stream`);
    const graph = follow(
      `executionEvents(executionId: "${id}") { type: __typename sequence ... on StreamEvent { text } }`,
    );
    const endCuts = await beginCuts();
    const events = await readEvents(rest);
    await graph.ended;
    expect(await endCuts()).toBeGreaterThan(10);
    const lines = Array.from({ length: 60 }, (_, i) => `${i}\n`).join('');
    const sequences = events.map(({ data }) => data.sequence);
    expect(sequences).toEqual(sequences.map((_, i) => i + 1));
    expect(events.at(-1)).toMatchObject({ event: 'final_response', data: { status: 'ok' } });
    expect(events.map(({ data }) => (data.type === 'stream' ? data.text : '')).join('')).toBe(lines);
    expect(graph.values.map(({ sequence }) => sequence)).toEqual(sequences);
    expect(graph.values.at(-1)).toMatchObject({ type: 'FinalResponse' });
  });

  it('a run of a notebook goes on to its end, and is streamed whole', async () => {
    const path = 'notebooks/cuts.ipynb';
    const cells = Array.from({ length: 12 }, (_, i) => ({
      ...{ cell_type: 'code', id: `cell-${i}`, metadata: {}, outputs: [], execution_count: null },
      source: `import time; time.sleep(0.1); print(${i})`,
    }));
    const notebook = { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 };
    const files = `/workspaces/${demo.workspaceId}/authoring-files`;
    expect((await both.owner.rest('POST', files, { body: { path, notebook } })).status).toBe(201);
    const started = await both.owner.rest('POST', '/runs', {
      body: { workspace_id: demo.workspaceId, path },
    });
    expect(started.status).toBe(201);
    const following = await stream(`/runs/${started.body.id}/stream`);
    const endCuts = await beginCuts();
    const events = await readEvents(following);
    expect(await endCuts()).toBeGreaterThan(10);
    expect(events.at(-1)).toMatchObject({ event: 'final_response', data: { status: 'ok' } });
    const text = events.flatMap(({ data }) => (data.type === 'stream' ? [data.text] : [])).join('');
    expect(text).toBe(cells.map((_, i) => `${i}\n`).join(''));
  });

  it('streams of changes miss none', async () => {
    const { workspaceId, repositoryId } = demo;
    const changes = follow(
      `workspaceChanged(spaceSlug: "demo", workspaceId: "${workspaceId}") { workspace { name } }`,
    );
    const files = follow(`fileChanged(spaceSlug: "demo", workspaceId: "${workspaceId}") { path }`);
    const { bus } = both.other.gateway.services;
    await expect.poll(() => bus.listenerCount('workspace', '*')).toBeGreaterThan(0);
    await expect.poll(() => bus.listenerCount('commit', repositoryId)).toBeGreaterThan(0);
    const endCuts = await beginCuts();
    const written: string[] = [];
    for (let i = 0; i < 8; i++) {
      const path = `cut-${i}.txt`;
      await request(() =>
        both.owner.rest('POST', `/workspaces/${workspaceId}/authoring-files`, {
          body: { path, content: 'x' },
        }),
      );
      written.push(path);
    }
    await request(() =>
      both.owner.rest('PATCH', `/workspaces/${workspaceId}`, { body: { name: 'the last' } }),
    );
    await expect.poll(() => changes.values.at(-1)?.workspace?.name, { timeout: 20_000 }).toBe('the last');
    await expect.poll(() => files.values.map(({ path }) => path), { timeout: 20_000 }).toEqual(written);
    expect(await endCuts()).toBeGreaterThan(5);
    expect([...changes.values, ...files.values].filter((value) => value.error ?? value.errors)).toEqual([]);
  });
});
