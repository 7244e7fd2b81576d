import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeFilledSpace } from '../support/factories/make-filled-space.js';
import { makeMember } from '../support/factories/make-member.js';
import { makeUser } from '../support/factories/make-user.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway();
});
afterAll(() => at.close());

it('an execution that the caller may not view answers 403 below its own space and session, and 404 below any other', async () => {
  const one = await makeFilledSpace(at);
  const { session_id, execution_id } = one.ids;
  const other = await makeFilledSpace(at);
  const { id: userId, token } = await makeUser(at, { role: 'editor' });
  for (const { slug } of [one, other]) await makeMember(at, { userId, role: 'viewer', space: slug });
  const headers = { 'x-request-id': 'same' };
  const read = async (space: string, session: string, execution: string) => {
    const path = `/sessions/${session}/executions/${execution}/stream`;
    const { status, body } = await at.rest('GET', path, { space, token, headers });
    return { status, body };
  };
  const unknown = await read(one.slug, session_id, randomUUID());
  expect(unknown).toMatchObject({ status: 404, body: { code: 'not_found' } });
  expect(await read(one.slug, session_id, execution_id)).toMatchObject({
    status: 403,
    body: { code: 'forbidden' },
  });
  for (const space of ['demo', other.slug]) {
    expect(await read(space, session_id, execution_id)).toEqual(unknown);
  }
  expect(await read(one.slug, other.ids.session_id, execution_id)).toEqual(unknown);
});
