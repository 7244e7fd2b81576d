import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { IdentityProvider } from '../../src/access/identity-provider.js';
import { type OidcIssuer, startOidcIssuer } from '../support/oidc-issuer.js';

let at: OidcIssuer;
let provider: IdentityProvider;
beforeAll(async () => {
  at = await startOidcIssuer(['ada']);
  provider = new IdentityProvider(at);
});
afterAll(() => at.stop());

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
  ['it is malformed', { sub: '' }],
  ['"exp"', { exp: undefined }],
])('a signed token is refused: %s, %j', async (reason, claims) => {
  await expect(provider.verify(await at.sign({ sub: 'ada', ...claims }))).rejects.toEqual(
    unauthenticated(reason),
  );
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

it('what is no token is refused without a request to the issuer', async () => {
  const away = new IdentityProvider({ issuer: at.issuer, audience: at.audience });
  for (const text of ['eyJ.e.e', 'eyJhbGciOiJFUzI1NiJ9.e30.AA', `eyJ${'A'.repeat(8_000)}.e30.AA`])
    await expect(away.verify(text)).rejects.toMatchObject({ code: 'unauthenticated' });
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
    paths,
    provider: new IdentityProvider({ issuer, audience: at.audience, timeoutMs: 500, pauseMs: 300 }),
  };
}

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
    const { paths, provider: hostile } = await hostileIssuer(answers);
    const token = await at.sign({ sub: 'ada' });
    const unavailable = expect.objectContaining({ code: 'issuer_unavailable', retryAfterSeconds: 5 });
    await expect(hostile.verify(token)).rejects.toEqual(unavailable);
    const asked = paths.length;
    await Promise.all(
      Array.from({ length: 20 }, () => expect(hostile.verify(token)).rejects.toEqual(unavailable)),
    );
    expect(paths.length - asked).toBeLessThanOrEqual(1);
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
