import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { IdentityProvider } from '../../src/access/identity-provider.js';
import { type OidcIssuer, startOidcIssuer } from '../support/oidc-issuer.js';

let at: OidcIssuer;
let provider: IdentityProvider;
beforeAll(async () => {
  at = await startOidcIssuer(['ada']);
  provider = new IdentityProvider(at);
});
afterAll(() => at.stop());

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const seconds = () => Math.floor(Date.now() / 1_000);
const unauthenticated = (message: string) =>
  expect.objectContaining({
    ...{ code: 'unauthenticated', message: expect.stringContaining(message) },
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  });

it('a token of the issuer says who it is for', async () => {
  at.people.ada = { email: 'ada@example.com', email_verified: true };
  const { issuer, claims } = await provider.verify(await at.token('ada', 'read write'));
  expect(issuer).toBe(at.issuer);
  expect(claims).toMatchObject({ sub: 'ada', scope: 'read write', ...at.people.ada });
});

it.each([
  ['it has expired', { exp: seconds() - 60 }],
  ['"nbf"', { nbf: seconds() + 60 }],
  ['it is for another audience', { aud: 'https://elsewhere.example.com' }],
  ['it is for another audience', { aud: undefined }],
  ['another issuer made it', { iss: 'https://elsewhere.example.com' }],
  ['"sub"', { sub: undefined }],
  ['"sub"', { sub: '' }],
  ['"sub"', { sub: 5 as never }],
  ['"sub"', { sub: { startsWith: '' } as never }],
  ['"sub"', { sub: 'a\u0000b' }],
  ['"sub"', { sub: '\ud800' }],
  ['"sub"', { sub: 'x'.repeat(256) }],
  ['"exp"', { exp: undefined }],
  ['"exp"', { exp: 1e300 }],
])('a signed token is refused: %s, %j', async (reason, claims) => {
  await expect(provider.verify(await at.sign({ sub: 'ada', ...claims }))).rejects.toEqual(
    unauthenticated(reason),
  );
});

it('a token of another type than those of access tokens is refused', async () => {
  for (const typ of ['JWT', 'at+jwt', 'application/AT+JWT'])
    expect((await provider.verify(await at.sign({ sub: 'ada' }, { typ }))).claims.sub).toBe('ada');
  for (const typ of ['logout+jwt', 'dpop+jwt', '', 5 as never])
    await expect(provider.verify(await at.sign({ sub: 'ada' }, { typ }))).rejects.toEqual(
      unauthenticated('it is no access token'),
    );
});

it('a signature has one spelling', async () => {
  const token = await at.sign({ sub: 'ada' });
  // The last of its characters has four bits that mean nothing.
  const last = digits.indexOf(token.at(-1)!);
  const spellings = [...digits.slice(last - (last % 16), last - (last % 16) + 16)].map(
    (digit) => token.slice(0, -1) + digit,
  );
  const found = await Promise.allSettled(spellings.map((spelling) => provider.verify(spelling)));
  expect(spellings.filter((_, index) => found[index]!.status === 'fulfilled')).toEqual([token]);
});

it('a token within the tolerance of 30 s is valid', async () => {
  const claims = { sub: 'ada', exp: seconds() - 20, nbf: seconds() + 20 };
  expect((await provider.verify(await at.sign(claims))).claims.sub).toBe('ada');
});

it('a token that another key signed is refused, also one that is named like a key of the issuer', async () => {
  const { privateKey } = await generateKeyPair('ES256');
  const signed = (kid: string) =>
    new SignJWT({ iss: at.issuer, aud: at.audience, sub: 'ada', exp: seconds() + 60 })
      .setProtectedHeader({ alg: 'ES256', kid })
      .sign(privateKey);
  await expect(provider.verify(await signed('first'))).rejects.toEqual(
    unauthenticated('its signature is wrong'),
  );
  await expect(provider.verify(await signed('other'))).rejects.toEqual(
    unauthenticated('its key is not one of'),
  );
});

it('a token without a signature is refused, and one that is signed with a public value', async () => {
  const claims = { iss: at.issuer, aud: at.audience, sub: 'ada', exp: seconds() + 60 };
  await expect(provider.verify(new UnsecuredJWT(claims).encode())).rejects.toMatchObject({
    code: 'unauthenticated',
  });
  const keys = await (await fetch(`${at.issuer}/jwks`)).text();
  const symmetric = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', kid: 'first' })
    .sign(new TextEncoder().encode(keys));
  await expect(provider.verify(symmetric)).rejects.toEqual(unauthenticated('its algorithm is not accepted'));
});

/** An issuer that answers what is given, and the paths that were asked of it. */
async function hostileIssuer(answers: (path: string, issuer: string) => [status: number, body: string]) {
  const paths: string[] = [];
  const server = createServer((req, res) => {
    paths.push(req.url!);
    const [status, body] = answers(req.url!, issuer);
    res.writeHead(status, { location: '/elsewhere' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...{ paths, issuer },
    provider: new IdentityProvider({ issuer, audience: at.audience, timeoutMs: 2_000 }),
  };
}

it('what no key of the issuer can make valid is refused without a request to it', async () => {
  const { paths, provider: unasked } = await hostileIssuer((_, issuer) => [200, document(issuer, issuer)]);
  const tokens = [
    ...['eyJ.e.e', 'eyJhbGciOiJFUzI1NiJ9.e30.AA', `eyJ${'A'.repeat(8_000)}.e30.AA`],
    `eyJhbGciOiJFUzI1NiJ9.${'A'.repeat(8_192)}.AA`,
    await at.sign({ sub: 'ada' }),
  ];
  for (const token of tokens)
    await expect(unasked.verify(token)).rejects.toMatchObject({ code: 'unauthenticated' });
  expect(paths).toEqual([]);
});

const document = (issuer: string, jwks_uri: string) => JSON.stringify({ issuer, jwks_uri });

it.each<[string, (path: string, issuer: string) => [number, string]]>([
  ['an error', () => [500, '']],
  ['a redirect', () => [302, '']],
  ['no JSON', () => [200, '<html>']],
  [
    'the name of another issuer',
    () => [200, document('https://other.example.com', 'https://other.example.com/k')],
  ],
  [
    'keys at an address that others can change',
    (_, issuer) => [200, document(issuer, 'http://keys.example.com/k')],
  ],
  ['no keys', (path, issuer) => [200, path === '/k' ? '{}' : document(issuer, `${issuer}/k`)]],
  [
    'too many keys',
    (path, issuer) => [200, path === '/k' ? ' '.repeat(2 << 20) : document(issuer, `${issuer}/k`)],
  ],
])(
  'an issuer that answers with %s is unavailable, and is asked again after a pause only',
  async (_, answers) => {
    const { paths, issuer, provider: hostile } = await hostileIssuer(answers);
    const token = await at.sign({ sub: 'ada', iss: issuer });
    const unavailable = expect.objectContaining({ code: 'issuer_unavailable', retryAfterSeconds: 5 });
    await expect(hostile.verify(token)).rejects.toEqual(unavailable);
    const asked = paths.length;
    await Promise.all(
      Array.from({ length: 20 }, () => expect(hostile.verify(token)).rejects.toEqual(unavailable)),
    );
    expect(paths.length - asked).toBe(0);
  },
);

it('an issuer that starts later than the gateway is used when it answers', async () => {
  const late = await startOidcIssuer(['ada']);
  await late.stop();
  const waiting = new IdentityProvider({ ...late, timeoutMs: 500, pauseMs: 100 });
  const token = await late.sign({ sub: 'ada' });
  await expect(waiting.verify(token)).rejects.toMatchObject({ code: 'issuer_unavailable' });
  await late.start();
  onTestFinished(() => late.stop());
  await expect
    .poll(() =>
      waiting.verify(token).then(
        ({ claims }) => claims.sub,
        () => '',
      ),
    )
    .toBe('ada');
});

it('tokens with known keys are valid while the issuer is away, whatever keys others name', async () => {
  const issuer = await startOidcIssuer(['ada']);
  const known = new IdentityProvider({ ...issuer, timeoutMs: 500 });
  const token = await issuer.sign({ sub: 'ada' });
  await known.verify(token);
  await issuer.stop();
  await expect(known.verify(await issuer.sign({ sub: 'ada' }, { kid: 'unknown' }))).rejects.toThrow();
  expect((await known.verify(token)).claims.sub).toBe('ada');
});

/** A server that answers with the discovery document and the keys of an issuer, which may change. */
async function movingIssuer() {
  const pairs = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')]);
  const jwks = await Promise.all(
    pairs.map(async ({ publicKey }, n) => ({ ...(await exportJWK(publicKey)), kid: `${n}` })),
  );
  const shown = { path: '/first', keys: [jwks[0]!] };
  const { paths, issuer } = await hostileIssuer((path, self) => {
    if (path.startsWith('/.well-known')) return [200, document(self, self + shown.path)];
    return path === shown.path ? [200, JSON.stringify({ keys: shown.keys })] : [404, ''];
  });
  const token = (n: 0 | 1) =>
    new SignJWT({ iss: issuer, aud: at.audience, sub: `of key ${n}`, exp: seconds() + 60 })
      .setProtectedHeader({ alg: 'ES256', kid: `${n}` })
      .sign(pairs[n].privateKey);
  return { ...{ paths, issuer, jwks, shown, token }, audience: at.audience };
}

it('old keys are read again, also from a new address, and keys that are gone are not accepted any more', async () => {
  const moving = await movingIssuer();
  const aging = new IdentityProvider({ ...moving, maxAgeMs: 0 });
  await aging.verify(await moving.token(0));
  Object.assign(moving.shown, { path: '/second', keys: [moving.jwks[1]] });
  expect((await aging.verify(await moving.token(1))).claims.sub).toBe('of key 1');
  await expect(aging.verify(await moving.token(0))).rejects.toEqual(unauthenticated('its key is not one of'));
});

it('a token with an unknown key has the keys read again, but not young ones', async () => {
  const moving = await movingIssuer();
  const [young, old] = [{}, { minAgeMs: 0 }].map((age) => new IdentityProvider({ ...moving, ...age }));
  for (const one of [young!, old!]) await one.verify(await moving.token(0));
  moving.shown.keys = [moving.jwks[1]!];
  expect((await old!.verify(await moving.token(1))).claims.sub).toBe('of key 1');
  const asked = moving.paths.length;
  await expect(young!.verify(await moving.token(1))).rejects.toEqual(
    unauthenticated('its key is not one of'),
  );
  expect(moving.paths.length).toBe(asked);
});

it('old keys are used while the issuer is away, and nobody waits for it again and again', async () => {
  const issuer = await startOidcIssuer(['ada']);
  const warn = vi.fn();
  const known = new IdentityProvider({ ...issuer, maxAgeMs: 0, pauseMs: 0, log: { warn } });
  const token = await issuer.sign({ sub: 'ada' });
  await known.verify(token);
  expect(warn).not.toHaveBeenCalled();
  await issuer.stop();
  for (let n = 0; n < 3; n++) expect((await known.verify(token)).claims.sub).toBe('ada');
  expect(warn).toHaveBeenCalledWith({ err: expect.any(Error) }, 'the keys of the issuer could not be read');
  const silent = createServer(() => {});
  await new Promise<void>((resolve) =>
    silent.listen(Number(new URL(issuer.issuer).port), '127.0.0.1', resolve),
  );
  onTestFinished(() => {
    silent.closeAllConnections();
    silent.close();
  });
  const start = performance.now();
  expect((await known.verify(token)).claims.sub).toBe('ada');
  expect(performance.now() - start).toBeLessThan(2_000);
});
