import { randomUUID } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { makeUser } from '../../support/factories/make-user.js';
import { at, run, runAll, session, setUpKernels } from './kernel-fixture.js';

setUpKernels();

const ask = (query: string, token?: string) => at.graphql(`{ ${query} }`, undefined, token);
const target = () => `spaceSlug: "demo", sessionId: "${session}"`;
const post = (question: string, body: object, token?: string) =>
  at.rest('POST', `/sessions/${session}/${question}`, { body, token });

it('completes, inspects and reads the history while a cell runs, over GraphQL and REST', async () => {
  await runAll('some_name = 42');
  const cell = runAll('import time\ntime.sleep(60)');
  const code = 'é = some_na';
  const completion = { status: 'ok', matches: ['some_name'], cursor_start: 4, cursor_end: 11 };
  // A kernel loads what completes code at its first completion, which takes longer than a second.
  await vi.waitFor(async () => expect((await post('complete', { code })).status).toBe(200), {
    timeout: 20_000,
  });
  expect((await post('complete', { code })).body).toMatchObject(completion);
  const inspected = await post('inspect', { code: 'some_name', cursor_pos: 4, detail_level: 1 });
  expect(inspected.body).toMatchObject({ status: 'ok', found: true, metadata: {} });
  expect(inspected.body.data['text/plain']).toContain('42');
  const { data, errors } = await ask(`
    completeCode(${target()}, code: "some_na", cursorPos: 7) { matches cursorStart cursorEnd }
    inspectCode(${target()}, code: "not_there") { status found data }
    whole: isCodeComplete(${target()}, code: "1 + 1") { status indent }
    part: isCodeComplete(${target()}, code: "if x:") { status indent }
    tail: kernelHistory(${target()}, access: tail, n: 2) { line code }
    found: kernelHistory(${target()}, access: search, pattern: "some_name*") { code }
    range: kernelHistory(${target()}, access: range, start: 1, stop: 2) { line code }`);
  expect(errors).toBeUndefined();
  expect(data).toMatchObject({
    completeCode: { matches: ['some_name'], cursorStart: 0, cursorEnd: 7 },
    inspectCode: { status: 'ok', found: false, data: {} },
    whole: { status: 'complete', indent: null },
    part: { status: 'incomplete', indent: '    ' },
    tail: [{ line: 1, code: 'some_name = 42' }, { line: 2 }],
    found: [{ code: 'some_name = 42' }],
    range: [{ line: 1, code: 'some_name = 42' }],
  });
  expect((await at.rest('POST', `/sessions/${session}/interrupt`)).status).toBe(200);
  expect((await cell).at(-1)!.data.status).toBe('error');
}, 60_000);

it('repeats an answer for a request with the same key, as every POST does', async () => {
  const headers = { 'idempotency-key': randomUUID() };
  const send = (code: string, token?: string) =>
    at.rest('POST', `/sessions/${session}/complete`, { body: { code }, headers, token });
  await runAll('first_name = 1');
  const first = await send('first_n');
  expect(first.body.matches).toEqual(['first_name']);
  await runAll('first_number = 2');
  expect((await send('first_n')).body).toEqual(first.body);
  expect(await send('x')).toMatchObject({ status: 409, body: { code: 'idempotency_key_reused' } });
  const { token } = await makeUser(at, { role: 'viewer' });
  expect((await send('first_n', token)).status).toBe(403);
}, 60_000);

it('bounds what a hostile kernel answers', async () => {
  const garbage = `k = get_ipython().kernel
k.do_complete = lambda code, cursor_pos: {
    'status': 'ok', 'matches': [1, None, 'a', 'b' * 5000] + ['x'] * 5000, 'cursor_start': -5,
    'cursor_end': 10**12, 'metadata': {'big': 'm' * 2_000_000}}
k.do_inspect = lambda *args, **more: {
    'status': 'strange', 'found': 'yes', 'data': {'text/plain': 'd' * 2_000_000, 'text/html': '<b>'}, 'metadata': 7}
k.do_is_complete = lambda code: {'status': 'perhaps', 'indent': 3}
k.do_history = lambda *args, **more: {'status': 'ok', 'history': [3, [1, 2], [-1, 2**40, 'c']]}`;
  expect((await runAll(garbage)).at(-1)!.data.status).toBe('ok');
  const { body } = await post('complete', { code: 'ab' });
  expect(body).toMatchObject({ status: 'ok', cursor_start: 2, cursor_end: 2, metadata: {} });
  expect(body.matches).toHaveLength(997);
  const inspected = await post('inspect', { code: 'ab' });
  const safe = { status: 'error', found: false, data: { 'text/html': '<b>' }, metadata: {} };
  expect(inspected.body).toEqual(safe);
  const { data } = await ask(`
    isCodeComplete(${target()}, code: "1") { status indent }
    kernelHistory(${target()}, access: tail) { session line code }`);
  expect(data.isCodeComplete).toEqual({ status: 'unknown', indent: null });
  expect(data.kernelHistory).toEqual([{ session: 0, line: 2147483647, code: 'c' }]);
});

it('refuses what is out of bounds, and callers who may not execute', async () => {
  const refused = await post('inspect', { code: 'a\0', cursor_pos: -1, detail_level: 2 });
  expect(refused.status).toBe(400);
  expect(refused.body.errors.map(({ loc }: { loc: string[] }) => loc.at(-1)).sort()).toEqual([
    'code',
    'cursor_pos',
    'detail_level',
  ]);
  const search = await ask(`kernelHistory(${target()}, access: search) { code }`);
  expect(search.errors).toMatchObject([{ extensions: { code: 'invalid_request' } }]);
  const reader = await makeUser(at, { role: 'admin', scopes: ['read'] });
  expect(await post('complete', { code: 'a' }, reader.token)).toMatchObject({ status: 403 });
  const editor = await makeUser(at, { role: 'editor' });
  expect(await post('complete', { code: 'a' }, editor.token)).toMatchObject({ status: 403 });
  const stranger = await makeUser(at, {});
  const { errors } = await ask(`isCodeComplete(${target()}, code: "1") { status }`, stranger.token);
  expect(errors).toMatchObject([{ extensions: { code: expect.stringMatching(/forbidden|not_found/) } }]);
});

it('answers kernel_busy within a bound where no thread of the kernel runs', async () => {
  const cell = run('import ctypes; ctypes.PyDLL(None).sleep(3)');
  await expect.poll(async () => (await at.rest('GET', `/sessions/${session}`)).body.status).toBe('busy');
  expect(await post('complete', { code: 'a' })).toMatchObject({ status: 409, body: { code: 'kernel_busy' } });
  await (await cell).text();
});
