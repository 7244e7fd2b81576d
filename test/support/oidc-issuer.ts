import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import Provider, { type Configuration } from 'oidc-provider';

/** What an issuer knows about a person. */
export interface Person {
  email?: string;
  email_verified?: boolean;
  name?: string;
}

/** A real OpenID Connect issuer whose clients get tokens for themselves, as if each was the person of its name. */
export interface OidcIssuer {
  /** Its address, which is in `iss` of its tokens. */
  issuer: string;
  audience: string;
  /** People by `sub`; may be changed at any time. */
  people: Record<string, Person>;
  /** Asks it for a token of a person. */
  token(subject: string, scope?: string): Promise<string>;
  /** Signs with its key what it would never say. */
  sign(claims: JWTPayload, header?: { alg?: string; kid?: string; typ?: string }): Promise<string>;
  /** No longer answers; its keys stay. */
  stop(): Promise<void>;
  /** Answers again, at the same address. */
  start(): Promise<void>;
}

const audience = 'https://notebooks.example.com';
const secret = 'a secret of a client in a test';

/** Starts an {@link OidcIssuer}. @param subjects the people who can get tokens of it */
export async function startOidcIssuer(subjects: string[]): Promise<OidcIssuer> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const key = { ...(await exportJWK(privateKey)), kid: 'first', alg: 'ES256', use: 'sig' };
  const server = await listen(0);
  const { port } = server.address() as AddressInfo;
  const issuer = `http://127.0.0.1:${port}`;
  const made: OidcIssuer = {
    ...{ issuer, audience, people: {} },
    async token(subject, scope) {
      const answer = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from(`${subject}:${encodeURIComponent(secret)}`).toString('base64')}`,
        },
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          resource: audience,
          ...(scope === undefined ? {} : { scope }),
        }),
      });
      const body = (await answer.json()) as { access_token?: string };
      if (!body.access_token) throw new Error(`The issuer answered ${JSON.stringify(body)}`);
      return body.access_token;
    },
    sign: (claims, header) =>
      new SignJWT({ iss: issuer, aud: audience, exp: Math.floor(Date.now() / 1_000) + 60, ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: key.kid, ...header })
        .sign(privateKey),
    async stop() {
      const ended = new Promise((resolve) => running.close(resolve));
      running.closeAllConnections();
      await ended;
    },
    async start() {
      running = await listen(port);
      running.on('request', provider.callback());
    },
  };
  const settings: Configuration = {
    jwks: { keys: [key] },
    clients: subjects.map((client_id) => ({
      ...{ client_id, client_secret: secret, redirect_uris: [], response_types: [] },
      grant_types: ['client_credentials'],
    })),
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    scopes: ['read', 'write', 'execute', 'admin'],
    extraTokenClaims: (_ctx, token) => ({ ...made.people[(token as { clientId?: string }).clientId ?? ''] }),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          ...{ audience, scope: 'read write execute admin', accessTokenFormat: 'jwt' as const },
          ...{ accessTokenTTL: 300, jwt: { sign: { alg: 'ES256' as const } } },
        }),
      },
    },
  };
  const provider = new Provider(issuer, settings);
  let running = server;
  server.on('request', provider.callback());
  return made;
}

async function listen(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}
