import type { TokenScope } from '../../prisma/generated/client/client.js';
import { demo } from '../../prisma/seed.js';
import { allScopes, makeToken } from './factories/make-token.js';
import type { TestGateway } from './gateway.js';

const mib = 1024 * 1024;

/** An upload of spaces that is refused, and its answer. */
export interface RefusedUpload {
  name: string;
  method: string;
  url: string;
  headers: Record<string, string>;
  /** The length of its body. */
  bytes: number;
  /** Whether it is refused for the length that its header announces, which a body in chunks does not have. */
  isAnnounced: boolean;
  status: number;
  /** What the answer contains: the code of the error, or the text for a user of Git. */
  answer: string;
}

/** The settings of the gateway that refuses them. */
export const refusingGateway = {
  env: { RATE_LIMIT_REQUESTS: '40', MAX_PUSH_MB: '1' },
  bodyLimits: { perUser: 6 * mib },
};

/** Uploads to each transport that are refused, each for another reason. Every call has tokens of its own. */
export async function refusedUploads(at: TestGateway): Promise<RefusedUpload[]> {
  const { id: userId } = await at.gateway.services.prisma.user.findFirstOrThrow();
  const tokenOf = (scopes: TokenScope[]) => makeToken(at, { userId, scopes });
  const [full, reader, spent] = await Promise.all([
    tokenOf(allScopes),
    tokenOf(['read']),
    tokenOf(allScopes),
  ]);
  for (let used = 0; used < Number(refusingGateway.env.RATE_LIMIT_REQUESTS); used++)
    await (await fetch(`${at.url}/openapi.json`, { method: 'HEAD', headers: bearer(spent) })).arrayBuffer();
  const space = `${at.url}/api/v1.0/engagement/spaces/${demo.slug}/notebooks`;
  const workspace = `${space}/workspaces/${demo.workspaceId}`;
  const json = { 'content-type': 'application/json' };
  const rest = { name: 'REST', method: 'POST', url: `${workspace}/authoring-files`, type: json };
  const raw = { name: 'a raw file', method: 'PUT', url: `${workspace}/raw-file?path=a.bin`, type: {} };
  const graphql = { name: '/graphql', method: 'POST', url: `${at.url}/graphql`, type: json };
  const stream = { name: '/graphql/stream', method: 'POST', url: `${at.url}/graphql/stream`, type: json };
  const git = {
    name: 'a push',
    method: 'POST',
    url: `${at.url}/git/${demo.slug}/welcome.git/git-receive-pack`,
    type: { 'content-type': 'application/x-git-receive-pack-request' },
  };
  const transports = [rest, raw, graphql, stream, git];
  const refused = (
    { name, method, url, type }: (typeof transports)[number],
    why: {
      reason: string;
      token?: string;
      headers?: object;
      bytes?: number;
      isAnnounced?: boolean;
      status: number;
      answer: string;
    },
  ): RefusedUpload => ({
    name: `${name}: ${why.reason}`,
    method,
    url,
    headers: { ...type, ...(why.token ? bearer(why.token) : {}), ...why.headers },
    bytes: why.bytes ?? 8 * mib,
    isAnnounced: why.isAnnounced ?? false,
    status: why.status,
    answer: why.answer,
  });
  const tooLarge = { status: 413, answer: 'payload_too_large' };
  const wrongType = { reason: 'another type', token: full, status: 415 };
  return [
    ...transports.map((transport) =>
      refused(transport, {
        ...{ reason: 'no token', status: 401 },
        answer: transport === git ? 'token' : 'unauthenticated',
      }),
    ),
    ...transports.map((transport) =>
      refused(transport, {
        ...{ reason: 'a token over its limit', token: spent, status: 429 },
        answer: transport === git ? 'requests a minute' : 'rate_limited',
      }),
    ),
    ...[rest, raw, graphql, stream].map((transport) =>
      refused(transport, {
        ...{ reason: 'too many bytes in flight', token: full, status: 429, answer: 'rate_limited' },
      }),
    ),
    refused(rest, { reason: 'too large', token: full, bytes: 65 * mib, isAnnounced: true, ...tooLarge }),
    refused(raw, { reason: 'too large', token: full, bytes: 65 * mib, isAnnounced: true, ...tooLarge }),
    refused(graphql, { reason: 'too large', token: reader, ...tooLarge }),
    refused(stream, { reason: 'too large', token: reader, ...tooLarge }),
    refused(rest, {
      reason: 'a token without the scope',
      token: reader,
      status: 403,
      answer: 'insufficient_scope',
    }),
    refused(git, { reason: 'a token without the scope', token: reader, status: 403, answer: 'scope' }),
    refused(rest, {
      ...wrongType,
      headers: { 'content-type': 'text/csv' },
      answer: 'unsupported_media_type',
    }),
    refused(graphql, {
      ...wrongType,
      headers: { 'content-type': 'text/csv' },
      answer: 'unsupported_media_type',
    }),
    refused(stream, {
      ...wrongType,
      headers: { 'content-type': 'text/csv', accept: 'text/event-stream' },
      answer: 'unsupported_media_type',
    }),
    refused(git, {
      ...wrongType,
      headers: { 'content-type': 'text/csv' },
      answer: 'x-git-receive-pack-request',
    }),
    ...[rest, graphql].map((transport) =>
      refused(transport, {
        ...{ reason: 'an unknown encoding', token: full, headers: { 'content-encoding': 'br' } },
        ...{ status: 415, answer: 'unsupported_media_type' },
      }),
    ),
  ];
}

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}
