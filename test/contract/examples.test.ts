import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exampleIds } from '../../rest/openapi/examples/example-ids.js';
import { examples } from '../../rest/openapi/examples/examples.js';
import { openExternalBackend } from '../../src/workers/backends/external/open-external-backend.js';
import { codeCell, codeNotebook } from '../support/factories/code-notebook.js';
import { makeUser } from '../support/factories/make-user.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { testPython } from '../support/jupyter.js';
import { createChecker } from '../support/openapi-checker.js';
import { operationsOf } from '../support/rest-operations.js';
import { parseEvents } from '../support/sse.js';
import { differenceOf, withRealNames } from './match-example.js';

const document = JSON.parse(readFileSync('docs/openapi.json', 'utf8'));
const operations = new Map(operationsOf(document).map((one) => [one.described.operationId, one]));
const checker = createChecker(document);

let at: TestGateway;
/** The real ids and shas by those of the examples. */
const names = new Map<string, string>();
beforeAll(async () => {
  at = await openTestGateway({
    backends: (dataDir) => [openExternalBackend({ stateRoot: join(dataDir, 'workers'), python: testPython })],
  });
  names.set(exampleIds.colleague, (await makeUser(at, { role: 'viewer' })).id);
});
afterAll(async () => {
  const { prisma, workers } = at.gateway.services;
  for (const { id } of await prisma.worker.findMany()) await workers.stop(id);
  await at.close();
});

const run = (code: string, executionId?: string) =>
  at.graphql(
    `mutation($session: ID!, $input: ExecuteCellInput!) {
      executeCell(spaceSlug: "demo", sessionId: $session, input: $input) { status } }`,
    { session: names.get(exampleIds.session), input: { code, executionId } },
  );

/** Begins the run that an example answers; resolves once it asks. */
async function askForInput() {
  const id = exampleIds.askingExecution;
  names.set(id, id);
  await run("name = input('Name? ')", id);
  const { prisma, executionLog } = at.gateway.services;
  const asked = async () => (await executionLog.read(id, 0, 100)).find(({ event }) => 'request_id' in event);
  await expect.poll(asked).toBeDefined();
  await expect
    .poll(() => prisma.execution.findUnique({ where: { id } }))
    .toMatchObject({ status: 'running' });
  const { event } = (await asked())!;
  if ('request_id' in event) names.set(exampleIds.inputRequest, event.request_id);
}

/** Queues the run that an example cancels behind another one. */
async function queueRun() {
  names.set(exampleIds.queuedExecution, exampleIds.queuedExecution);
  await run('import time; time.sleep(2)');
  await run('rate * 2', exampleIds.queuedExecution);
}

/** Waits until the run of {@link queueRun} has ended. */
async function idleSession() {
  const path = `/sessions/${names.get(exampleIds.session)}`;
  await expect.poll(async () => (await at.rest('GET', path)).body.status).toBe('idle');
}

/** A kernel loads what completes code at its first completion, which takes longer than a second. */
async function firstCompletion() {
  const path = `/sessions/${names.get(exampleIds.session)}/complete`;
  const complete = async () => (await at.rest('POST', path, { body: { code: 'a' } })).status;
  await expect.poll(complete, { timeout: 20_000 }).toBe(200);
}

/** Waits until the run that an example began has ended. */
async function endedRun() {
  const path = `/runs/${names.get(exampleIds.run)}`;
  const finishedAt = async () => (await at.rest('GET', path)).body.finished_at;
  await expect.poll(finishedAt, { timeout: 60_000 }).not.toBeNull();
}

/** Begins the run that an example cancels, and waits until its cell runs. */
async function slowRun() {
  const workspace_id = exampleIds.workspace;
  const path = 'notebooks/slow.ipynb';
  const notebook = codeNotebook([codeCell('slow', 'import time\ntime.sleep(60)')]);
  await at.rest('POST', `/workspaces/${workspace_id}/files`, { body: { path, notebook } });
  const { id } = (await at.rest('POST', '/runs', { body: { workspace_id, path } })).body;
  names.set(exampleIds.cancelledRun, id);
  const running = async () => (await at.rest('GET', `/runs/${id}`)).body.cells.items[0].execution?.status;
  await expect.poll(running, { timeout: 60_000 }).toBe('running');
}

it('every operation has an example', () => {
  expect(new Set(examples.map(([id]) => id))).toEqual(new Set(operations.keys()));
});

it('every status that answers JSON and is no error has an example', () => {
  const statuses = [...operations.values()].flatMap(({ described: { operationId, responses } }) =>
    Object.entries<any>(responses)
      .filter(([status, { content }]) => status.startsWith('2') && content?.['application/json'])
      .map(([status, { content }]) => [`${operationId} ${status}`, content['application/json'].example]),
  );
  const shown = new Map(examples.map(([id, { status, answer }]) => [`${id} ${status}`, answer]));
  for (const [name, example] of statuses) expect(example, name).toEqual(shown.get(name));
  expect(statuses.filter(([, example]) => example === undefined)).toEqual([]);
});

// In their order: each finds what those before it made.
const cases = examples.map(([operationId, example]) => [operationId, example.status, example] as const);
it.each(cases)('%s answers %i as its example says', async (operationId, _status, example) => {
  if (operationId === 'cancelExecution') await queueRun();
  if (operationId === 'answerInput') await askForInput();
  if (operationId === 'completeCode') await firstCompletion();
  if (operationId === 'interruptSession') await idleSession();
  if (operationId === 'readNotebookRun') await endedRun();
  if (operationId === 'cancelNotebookRun') await slowRun();
  const { method, path } = operations.get(operationId)!;
  const filled = path.replace(/\{(\w+)\}/g, (_all, name: string) => example.params![name]!);
  const query = example.query ? `?${new URLSearchParams(example.query)}` : '';
  const { body } = example;
  const sent = typeof body === 'string' ? body : JSON.stringify(body);
  const raw = body === undefined ? undefined : withRealNames(sent, names);
  // The stream of a space does not end.
  const events =
    operationId === 'streamSpaceEvents' ? parseEvents(example.answer as string).length : undefined;
  const answer = await at.rest(method, withRealNames(filled + query, names), { raw, events });
  expect(answer.status, JSON.stringify(answer.body)).toBe(example.status);
  const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream');
  if (operationId === 'readArchive') return expect(answer.body.startsWith(example.answer)).toBe(true);
  const difference = isStream
    ? differenceOf(parseEvents(example.answer as string), parseEvents(answer.body), names)
    : differenceOf(example.answer ?? '', answer.body, names);
  expect(difference).toBeNull();
});

it.each(cases)(
  'the example of %s with %i fits its description',
  (operationId, status, { body, query, params, answer }) => {
    const { method, path, described } = operations.get(operationId)!;
    const sent = path.replace(/\{(\w+)\}/g, (_all, name: string) => params![name]!);
    checker.request(method, path, {
      path: query ? `${sent}?${new URLSearchParams(query)}` : sent,
      headers: new Headers(),
      text: body === undefined ? undefined : JSON.stringify(body),
    });
    const types = Object.keys(described.responses[status].content ?? {});
    if (types.some((type) => ['application/octet-stream', 'application/zip', 'text/html'].includes(type)))
      expect(typeof answer).toBe('string');
    else if (typeof answer === 'string') checker.events(method, path, parseEvents(answer));
    else if (answer !== undefined) checker.body(method, path, status, answer);
  },
);
