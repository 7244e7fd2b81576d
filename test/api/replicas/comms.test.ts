import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeUser } from '../../support/factories/make-user.js';
import { provideIpywidgets } from '../../support/ipywidgets.js';
import { openReplicas, openSession, type Replicas, type Watch, watch } from './replica-fixture.js';

const patient = { timeout: 30_000 };
const onServer = process.env.TEST_DB === 'postgres';

describe.runIf(onServer)('the comms of a kernel that another gateway runs', () => {
  let both: Replicas;
  let sessionId: string;
  const open: Watch[] = [];
  beforeAll(async () => {
    both = await openReplicas();
    sessionId = (await openSession(both)).id;
    await execute(`${await provideIpywidgets()}\nimport ipywidgets as widgets`);
  }, 120_000);
  afterAll(async () => {
    for (const one of open) one.leave();
    await both.close();
  });

  async function execute(code: string): Promise<void> {
    const query = `mutation($code: String!, $id: ID!) {
      executeCell(spaceSlug: "demo", sessionId: $id, input: { code: $code }) { id } }`;
    const { data } = await both.owner.graphql(query, { code, id: sessionId });
    const { id } = data.executeCell;
    const path = `/sessions/${sessionId}/executions/${id}`;
    const status = async () => (await both.owner.rest('GET', path)).body.status;
    await vi.waitFor(async () => expect(await status()).toBe('ok'), { ...patient, interval: 200 });
  }

  async function follow(token?: string) {
    const selection = `sessionComms(spaceSlug: "demo", sessionId: "${sessionId}") { type
      ... on SessionWidgetState { state } ... on SessionCommMessage { commId data messageId } }`;
    const stream = watch(both.other, selection, token);
    open.push(stream);
    await expect.poll(() => stream.values.length, patient).toBeGreaterThan(0);
    expect(stream.values[0].type).toBe('widget_state');
    return stream;
  }
  const valuesOf = (stream: Watch) =>
    stream.values.flatMap(({ type, data }) => (type === 'comm_msg' ? (data.state.value ?? []) : []));

  it('come to its viewers, each once and in order, also what a client of either gateway causes', async () => {
    const viewer = await makeUser(both.owner, { role: 'viewer' });
    const streams = [await follow(), await follow(), await follow(viewer.token)];
    await execute('slider = widgets.IntSlider(max=10000)\nfor i in range(1, 500): slider.value = i');
    const expected = Array.from({ length: 499 }, (_, i) => i + 1);
    for (const stream of streams) await expect.poll(() => valuesOf(stream), patient).toEqual(expected);
    const slider = streams[0]!.values.find(
      ({ data }) => data?.state?._model_name === 'IntSliderModel',
    ).commId;
    const messageId = randomUUID();
    const data = { method: 'update', state: { value: 1000 }, buffer_paths: [] };
    const { errors } = await both.other.graphql(
      `mutation($input: CommMessageInput!) {
        sendCommMessage(spaceSlug: "demo", sessionId: "${sessionId}", input: $input) { commId } }`,
      { input: { type: 'comm_msg', commId: slider, data, messageId } },
    );
    expect(errors).toBeUndefined();
    for (const stream of streams)
      await expect.poll(() => stream.values.at(-1), patient).toMatchObject({ commId: slider, messageId });
    const late = await follow();
    expect(late.values[0].state.state[slider].state.value).toBe(1000);
  }, 120_000);

  it('are no part of another stream: that is no dead kernel', async () => {
    const stream = watch(
      both.other,
      `sessionChanged(spaceSlug: "demo", sessionId: "${sessionId}") { status comms { state } }`,
    );
    open.push(stream);
    const { bus } = both.other.gateway.services;
    await expect.poll(() => bus.listenerCount('session', '*'), patient).toBeGreaterThan(0);
    await execute('1');
    await expect.poll(() => JSON.stringify(stream.values), patient).toContain('runtime_unavailable');
  }, 120_000);

  it('end for a viewer who loses the space, and go on for the others', async () => {
    const viewer = await makeUser(both.owner, { role: 'viewer' });
    const [stays, goes] = [await follow(), await follow(viewer.token)];
    await both.owner.gateway.services.prisma.spaceMember.deleteMany({ where: { userId: viewer.id } });
    await goes.ended;
    expect(JSON.stringify(goes.values.at(-1))).toContain('not_found');
    await execute('slider.value = 77');
    await expect.poll(() => valuesOf(stays).at(-1), patient).toBe(77);
  }, 120_000);
});
