import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { makeMember } from '../support/factories/make-member.js';
import { makeUser } from '../support/factories/make-user.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { gitClient } from '../support/git-client.js';
import { openSocket } from '../support/graphql-socket.js';
import { type OidcIssuer, startOidcIssuer } from '../support/oidc-issuer.js';

const subjects = ['ada', 'bob', 'cid', 'dan', 'eve', 'fay', 'gus', 'hal', 'ida', 'jon'];
let issuer: OidcIssuer;
let at: TestGateway;
beforeAll(async () => {
  issuer = await startOidcIssuer(subjects);
  for (const name of subjects) {
    issuer.people[name] = {
      email: `${name}@example.com`,
      email_verified: true,
      name: `${name} of the issuer`,
    };
  }
  at = await openTestGateway({ env: { OIDC_ISSUER: issuer.issuer, OIDC_AUDIENCE: issuer.audience } });
});
afterAll(async () => {
  await at.close();
  await issuer.stop();
});

const me = (token: string) => at.graphql('{ me { id name email isPlatformAdmin } }', {}, token);
const users = () => at.gateway.services.prisma.user;
const join = (userId: string) => makeMember(at, { userId, role: 'editor' });

it('the first token of a person makes one user, however many requests send it', async () => {
  const token = await issuer.token('ada');
  const answers = await Promise.all(Array.from({ length: 8 }, () => me(token)));
  const known = { name: 'ada of the issuer', email: 'ada@example.com', isPlatformAdmin: false };
  for (const { data } of answers) expect(data.me).toEqual({ ...known, id: answers[0]!.data.me.id });
  expect(await users().count({ where: { email: 'ada@example.com' } })).toBe(1);
  expect((await at.rest('GET', '/workspaces', { token })).status).toBe(404);
  await join(answers[0]!.data.me.id);
  expect((await at.rest('GET', '/workspaces', { token })).status).toBe(200);
});

it('a person stays the same user when the issuer changes their name and address', async () => {
  const before = (await me(await issuer.token('bob'))).data.me;
  issuer.people.bob = { email: 'robert@example.com', email_verified: true, name: 'Robert' };
  expect((await me(await issuer.token('bob'))).data.me).toEqual(before);
});

it('a person is the user whom an admin made for their address, if the issuer has verified it', async () => {
  const made = await users().create({ data: { name: 'Cid', email: 'cid@example.com' } });
  expect((await me(await issuer.token('cid'))).data.me).toMatchObject({ id: made.id, name: 'Cid' });

  await users().create({ data: { name: 'Dan', email: 'dan@example.com' } });
  delete issuer.people.dan!.email_verified;
  const refused = await at.rest('GET', '/workspaces', { token: await issuer.token('dan') });
  expect(refused).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  expect(refused.body.detail).toContain('another user has the address dan@example.com');
});

it('nobody becomes a platform admin, or a second person of a user, by their address', async () => {
  const admin = await makeUser(at, { isPlatformAdmin: true });
  const { email } = await users().findUniqueOrThrow({ where: { id: admin.id } });
  for (const taken of [email, 'cid@example.com']) {
    issuer.people.eve = { email: taken, email_verified: true };
    const { status, body } = await at.rest('GET', '/workspaces', { token: await issuer.token('eve') });
    expect({ status, detail: body.detail }).toEqual({
      status: 401,
      detail: `This token cannot be used: another user has the address ${taken}; ask an admin.`,
    });
  }
});

it('the first requests of a person are all answered, in whatever order they come', async () => {
  for (let n = 0; n < 5; n++) {
    const token = await issuer.sign({ sub: randomUUID(), email: `first-${n}@example.com` });
    const answers = await Promise.all(Array.from({ length: 8 }, () => me(token)));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
  }
});

it('of several persons with the same address one becomes a user, however many come at the same moment', async () => {
  const claims = { email: 'kim@example.com', email_verified: true };
  const come = async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, async () => me(await issuer.sign({ ...claims, sub: randomUUID() }))),
    );
    return answers.map(({ status }) => status).sort();
  };
  expect(await come()).toEqual([200, 401, 401, 401, 401, 401]);
  await users().create({ data: { name: 'Lea', email: 'lea@example.com' } });
  claims.email = 'lea@example.com';
  expect(await come()).toEqual([200, 401, 401, 401, 401, 401]);
});

it('upper and lower case of an address are equal, but nothing else is', async () => {
  const made = await users().create({ data: { name: 'Max', email: 'Max_M@Example.com' } });
  const come = async (email: string) =>
    me(await issuer.sign({ sub: randomUUID(), email, email_verified: true }));
  // The Kelvin sign in lower case is a k; the others are special to LIKE.
  await users().create({ data: { name: 'Kim', email: 'k@example.org' } });
  for (const email of ['max-m@example.com', '%@%', '\\max_m@example.com', '\u212a@example.org'])
    expect((await come(email)).data.me).toMatchObject({ name: email, email });
  expect((await come('max_m@example.com')).data.me).toMatchObject({
    id: made.id,
    email: 'Max_M@Example.com',
  });
  expect((await come('MAX_M@EXAMPLE.COM')).status).toBe(401);
  const admin = await makeUser(at, { isPlatformAdmin: true });
  const { email } = await users().findUniqueOrThrow({ where: { id: admin.id } });
  expect((await come(email.toUpperCase())).status).toBe(401);
});

it.each([
  ['has no claim', {}],
  ['has not verified', { email: 'fay@example.com', email_verified: false }],
  ['is not an e-mail address', { email: 'fay <fay@example.com>', email_verified: true }],
])('a first token that %s is refused, and makes nobody', async (reason, person) => {
  issuer.people.fay = person;
  const before = await users().count();
  const { status, body, headers } = await at.rest('GET', '/workspaces', { token: await issuer.token('fay') });
  expect({ status, code: body.code }).toEqual({ status: 401, code: 'unauthenticated' });
  expect(body.detail).toContain(reason);
  expect(headers.get('www-authenticate')).toBe('Bearer');
  expect(await users().count()).toBe(before);
});

it('a name that is no name is replaced by the address', async () => {
  issuer.people.gus = { email: 'gus@example.com', name: 'a\u0000b' };
  expect((await me(await issuer.token('gus'))).data.me).toMatchObject({ name: 'gus@example.com' });
});

it('a token has the scopes that it names; without any of ours it reads, writes and executes', async () => {
  const hal = (await me(await issuer.token('hal'))).data.me.id;
  await join(hal);
  const rename = async (token: string) => {
    const { status, body } = await at.rest('PATCH', `/workspaces/${demo.workspaceId}`, {
      token,
      body: { name: 'Renamed' },
    });
    return body.code ?? status;
  };
  expect(await rename(await issuer.token('hal', 'read'))).toBe('insufficient_scope');
  expect(await rename(await issuer.sign({ sub: 'hal', scp: ['read', 'openid'] }))).toBe('insufficient_scope');
  expect(await rename(await issuer.sign({ sub: 'hal', scope: 'openid email' }))).toBe('forbidden');
  const makeToken = 'mutation { createApiToken(input: {name: "x", scopes: [read]}) { token } }';
  expect((await at.graphql(makeToken, {}, await issuer.token('hal'))).errors?.[0].extensions.code).toBe(
    'insufficient_scope',
  );
  const { data } = await at.graphql(makeToken, {}, await issuer.token('hal', 'read admin'));
  expect((await me(data.createApiToken.token)).data.me.id).toBe(hal);
});

it('an expired token is refused with the reason; without an issuer a JWT is no token', async () => {
  const old = await issuer.sign({ sub: 'hal', exp: 1 });
  const { status, body, headers } = await at.rest('GET', '/workspaces', { token: old });
  expect({ status, detail: body.detail }).toEqual({
    status: 401,
    detail: 'This token is not valid: it has expired. Sign in again.',
  });
  expect(headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
  const other = await openTestGateway();
  const without = await other.rest('GET', '/workspaces', { token: old });
  expect(without.headers.get('www-authenticate')).toBe('Bearer');
  await other.close();
});

it('Git and WebSockets take a token too', async () => {
  const token = await issuer.token('ida');
  await join((await me(token)).data.me.id);
  const client = await gitClient();
  const { host } = new URL(at.url);
  const { code, err } = await client.git('clone', `http://x:${token}@${host}/git/demo/welcome.git`, 'it');
  expect({ code, err }).toMatchObject({ code: 0 });
  await client.remove();
  const socket = await openSocket(at.url, { params: { authorization: `Bearer ${token}` } });
  socket.send({ id: '1', type: 'subscribe', payload: { query: '{ me { email } }' } });
  expect(await socket.next()).toContain('ida@example.com');
  socket.ws.close();
});

it('a stream ends when its token does, and not before', async () => {
  const lives = await issuer.token('jon');
  await join((await me(lives)).data.me.id);
  const follow = async (token: string) => {
    const { body } = await fetch(`${at.url}/graphql`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'text/event-stream',
      },
      body: JSON.stringify({ query: 'subscription { workspaceChanged(spaceSlug: "demo") { change } }' }),
    });
    const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const ended = (async () => {
      for (let read = await reader.read(); !read.done; read = await reader.read()) text += read.value;
      return text;
    })();
    return { ended, text: () => text, leave: () => reader.cancel() };
  };
  // With the 30 s by which clocks may differ, 5 s are left.
  const ends = await issuer.sign({ sub: 'jon', exp: Math.floor(Date.now() / 1_000) - 24 });
  const [short, long] = [await follow(ends), await follow(lives)];
  const wasOpenAt = performance.now();
  expect(await short.ended).toContain('The token of this stream is no longer valid.');
  expect(performance.now() - wasOpenAt).toBeGreaterThan(3_000);
  const name = `Seen at ${Date.now()}`;
  await at.rest('PATCH', `/workspaces/${demo.workspaceId}`, { body: { name } });
  await expect.poll(long.text).toContain('updated');
  await long.leave();
});
