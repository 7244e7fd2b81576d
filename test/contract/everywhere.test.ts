import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeExecution } from '../support/factories/make-execution.js';
import { type FilledSpace, makeFilledSpace } from '../support/factories/make-filled-space.js';
import { makeRepository } from '../support/factories/make-repository.js';
import { makeRun } from '../support/factories/make-run.js';
import { makeSession } from '../support/factories/make-session.js';
import { makeTeam } from '../support/factories/make-team.js';
import { makeUser } from '../support/factories/make-user.js';
import { makeWorker } from '../support/factories/make-worker.js';
import { makeWorkspace } from '../support/factories/make-workspace.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import {
  filled,
  neededQuery,
  operationsOf,
  type RestOperation,
  validBodies,
} from '../support/rest-operations.js';

let at: TestGateway;
let here: FilledSpace;
let elsewhere: FilledSpace;
/** An admin of the space `here`, in no other. */
let insider: { id: string; token: string };
/** What is in the space `elsewhere` only, by what it is. */
const foreign: Record<string, string> = {};
beforeAll(async () => {
  at = await openTestGateway();
  here = await makeFilledSpace(at);
  elsewhere = await makeFilledSpace(at);
  insider = await makeUser(at, { role: 'admin', space: here.slug });
  const { prisma } = at.gateway.services;
  const { id: spaceId } = await prisma.space.findUniqueOrThrow({ where: { slug: elsewhere.slug } });
  const { workspace_id, worker_id, session_id, repository_id } = elsewhere.ids;
  Object.assign(foreign, {
    workspace: workspace_id,
    worker: worker_id,
    session: session_id,
    repository: repository_id,
    user: (await makeUser(at, { role: 'editor', space: elsewhere.slug })).id,
    team: (await makeTeam(at, { space: elsewhere.slug })).id,
    connector: (await prisma.queryConnector.create({ data: { spaceId, name: 'one' } })).id,
  });
  for (const type of ['product', 'analysis', 'use_case'] as const)
    foreign[type] = (await prisma.catalogEntry.create({ data: { spaceId, type, name: type } })).id;
});
afterAll(() => at.close());

const operations = operationsOf(JSON.parse(readFileSync('docs/openapi.json', 'utf8')));
const operationNamed = (name: string) => operations.find((one) => one.name === name)!;
/** The same for both, so that whole answers can be compared. */
const headers = { 'x-request-id': 'the-same' };

const workspace = '/workspaces/{workspace_id}';
const links = '/documents/{notebook_id}/links';
type Loc = (string | number)[];
const repositoryOf = (default_repository_id: string) => ({ default_repository_id });
const ownerOf = (owner_user_id: string) => ({ owner_user_id });
const connectorOf = (id: string) => ({ authoring_query_connector_ids: [id] });
const grantTo = (principal_type: string) => (principal_id: string) => ({
  grants: [{ principal_type, principal_id, access_level: 'view' }],
});
const linkTo = (target_type: string) => (target_id: string) => ({ target_type, target_id });

describe('an id in a body', () => {
  it.each<[route: string, loc: Loc, kind: string, body: (id: string) => object]>([
    ['POST /workspaces', ['default_repository_id'], 'repository', repositoryOf],
    ['POST /workspaces', ['owner_user_id'], 'user', ownerOf],
    ['POST /workspaces', ['authoring_query_connector_ids', 0], 'connector', connectorOf],
    [`PATCH ${workspace}`, ['default_repository_id'], 'repository', repositoryOf],
    [`PATCH ${workspace}`, ['owner_user_id'], 'user', ownerOf],
    [`PATCH ${workspace}`, ['authoring_query_connector_ids', 0], 'connector', connectorOf],
    [`PUT ${workspace}/access`, ['owner_user_id'], 'user', ownerOf],
    [`PUT ${workspace}/access`, ['grants', 0, 'principal_id'], 'user', grantTo('user')],
    [`PUT ${workspace}/access`, ['grants', 0, 'principal_id'], 'team', grantTo('team')],
    [`POST ${links}`, ['target_id'], 'repository', linkTo('repository')],
    [`POST ${links}`, ['target_id'], 'product', linkTo('product')],
    [`POST ${links}`, ['target_id'], 'analysis', linkTo('analysis')],
    [`POST ${links}`, ['target_id'], 'use_case', linkTo('use_case')],
    ['POST /runs', ['session_id'], 'session', (session_id) => ({ session_id })],
  ])(
    'of %s at %j answers 400 with its location, alike for an unknown %s and one of another space',
    async (name, loc, kind, bodyOf) => {
      const { method, path } = operationNamed(name);
      const send = (id: string) => {
        const body = { ...validBodies(here.ids)[name], ...bodyOf(id) };
        const { token } = insider;
        return at.rest(method, filled(path, here.ids), { space: here.slug, body, headers, token });
      };
      const unknown = await send(randomUUID());
      expect(unknown).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
      expect(unknown.body.errors.map((fault: { loc: unknown }) => fault.loc)).toEqual([['body', ...loc]]);
      const { status, body } = await send(foreign[kind]!);
      expect({ status, body }).toEqual({ status: 400, body: unknown.body });
    },
  );

  it.each([
    ['POST /workers', 'kernel_profile_id'],
    ['POST /workers', 'resource_class_id'],
    ['POST /sessions', 'kernel_profile_id'],
    ['POST /sessions', 'resource_class_id'],
    ['POST /runs', 'kernel_profile_id'],
    ['POST /schedules', 'kernel_profile_id'],
    ['PATCH /schedules/{schedule_id}', 'kernel_profile_id'],
  ])('of %s answers 400 with its location for an unknown %s', async (name, field) => {
    const { method, path } = operationNamed(name);
    const body = { ...validBodies(here.ids)[name], [field]: 'unknown' };
    const answer = await at.rest(method, filled(path, here.ids), { space: here.slug, body });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ loc: ['body', field] }] } });
  });

  it.each([
    ['POST /workers', 'workspace_id', 'workspace'],
    ['POST /sessions', 'workspace_id', 'workspace'],
    ['POST /sessions', 'worker_id', 'worker'],
    ['POST /runs', 'workspace_id', 'workspace'],
    ['POST /schedules', 'workspace_id', 'workspace'],
  ])(
    'of what %s starts on, %s, answers 404 alike for an unknown %s and one of another space',
    async (...row) => {
      const [name, field, kind] = row;
      const { token } = insider;
      const send = (id: string) =>
        at.rest('POST', operationNamed(name).path, {
          ...{ space: here.slug, headers, token },
          body: { ...validBodies(here.ids)[name], [field]: id },
        });
      const unknown = await send(randomUUID());
      expect(unknown).toMatchObject({ status: 404, body: { code: 'not_found' } });
      for (const id of [foreign[kind]!, 'no-uuid']) {
        const { status, body } = await send(id);
        expect({ status, body }).toEqual({ status: 404, body: unknown.body });
      }
    },
  );
});

// Streams of events have tests of their own, and may not end.
const isStream = ({ described }: RestOperation) =>
  described.responses['200']?.content?.['text/event-stream'] !== undefined;
const reads = operations.filter((one) => one.method === 'GET' && !isStream(one));

it.each(reads.map(({ name }) => name))(
  '%s ignores parameters of the query that it does not know',
  async (name) => {
    const operation = operationNamed(name);
    const read = async (more: string) => {
      const query = [neededQuery(operation), more].filter(Boolean).join('&');
      const path = `${filled(operation.path, here.ids)}?${query}`;
      const { status, body } = await at.rest('GET', path, { space: here.slug, headers });
      return { status, body };
    };
    const plain = await read('');
    expect(plain.status).not.toBe(400);
    expect(await read('unknown=1&PAGE=0&size[]=x')).toEqual(plain);
  },
);

describe('the list at', () => {
  const ofAdmin = async () => {
    const { prisma } = at.gateway.services;
    const { userId } = await prisma.worker.findUniqueOrThrow({ where: { id: here.ids.worker_id } });
    return { userId, workspaceId: here.ids.workspace_id, repositoryId: here.ids.repository_id };
  };
  const stoppedWorker = async () => makeWorker(at, { ...(await ofAdmin()), status: 'stopped' });
  const another: Record<string, () => Promise<{ id: string }>> = {
    '/workspaces': () => makeWorkspace(at, { space: here.slug, defaultRepositoryId: here.ids.repository_id }),
    '/repositories': () => makeRepository(at, { space: here.slug }),
    '/workers?include_stopped=true': stoppedWorker,
    '/sessions': async () => makeSession(at, { worker: await stoppedWorker() }),
    '/runs': async () => makeRun(at, await ofAdmin()),
    '/schedules': async () => {
      const { userId, workspaceId } = await ofAdmin();
      const data = { userId, workspaceId, cron: '@yearly', path: 'there.ipynb' };
      return at.gateway.services.prisma.schedule.create({ data });
    },
    '/sessions/{session_id}/executions': async () => {
      const { session } = at.gateway.services.prisma;
      const row = await session.findUniqueOrThrow({ where: { id: here.ids.session_id } });
      return makeExecution(at, { session: row, status: 'cancelled' });
    },
  };
  it.each(Object.keys(another))('%s is newest first', async (path) => {
    const list = async (): Promise<string[]> => {
      const { body } = await at.rest('GET', filled(path, here.ids), { space: here.slug });
      return body.items.map(({ id }: { id: string }) => id);
    };
    const before = await list();
    expect(before.length).toBeGreaterThan(0);
    const made: string[] = [];
    for (let count = 0; count < 2; count++) {
      // Times have milliseconds.
      await sleep(5);
      made.unshift((await another[path]!()).id);
    }
    expect(await list()).toEqual([...made, ...before]);
  });
});
