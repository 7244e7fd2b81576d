import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { GitServiceName } from '../../engines/git/serve/git-service.js';
import { DomainError } from '../../errors.js';
import type { GitAddress } from '../../git-access/load-git-service.js';

/** What a git client asks for. */
export interface GitRoute extends GitAddress {
  action: 'info/refs' | GitServiceName;
  /** The service whose refs are asked for; null where none is named, as a client of the old protocol does. */
  service: GitServiceName | null;
}

const services: readonly string[] = ['git-upload-pack', 'git-receive-pack'] satisfies GitServiceName[];

/**
 * Reads a request's target; null when it is no page of git's protocol.
 * @throws DomainError `forbidden` for a service that git does not have
 */
export function gitRoute(target: string): GitRoute | null {
  const [path, query] = target.split('?', 2) as [string, string | undefined];
  const match = /^\/git\/([^/]+)\/([^/]+)\.git\/(.+)$/.exec(path);
  const address = match && decode(match[1]!, match[2]!);
  if (!address) return null;
  const action = match[3]!;
  // Files of the repository, as clients of the old protocol read them one by one.
  if (action === 'HEAD' || action.startsWith('objects/'))
    return { ...address, action: 'info/refs', service: null };
  if (action !== 'info/refs' && !services.includes(action)) return null;
  const service = new URLSearchParams(query).get('service');
  if (service !== null && !services.includes(service)) {
    throw new DomainError('forbidden', 'The service must be git-upload-pack or git-receive-pack.');
  }
  return { ...address, action: action as GitRoute['action'], service: service as GitServiceName | null };
}

/** The `Authorization` header as the other doors take it: the password of Basic authentication is the token (RFC 7617). */
export function bearerOf(req: IncomingMessage): string | undefined {
  const { authorization } = req.headers;
  const basic = /^Basic +([A-Za-z0-9+/]+=*) *$/i.exec(authorization ?? '')?.[1];
  if (!basic) return authorization;
  const credentials = Buffer.from(basic, 'base64').toString();
  return `Bearer ${credentials.slice(credentials.indexOf(':') + 1)}`;
}

/** The header `Git-Protocol`, as far as it can be one; anything else counts as none. */
export function protocolOf(req: IncomingMessage): string | undefined {
  const given = req.headers['git-protocol'];
  return typeof given === 'string' && /^[\w=.:-]{1,200}$/.test(given) ? given : undefined;
}

/**
 * The body of a request, inflated where it was sent compressed.
 * @param most the most inflated bytes
 * @throws DomainError `unsupported_media_type`; when it is read, `payload_too_large`, `invalid_request`
 */
export function gitBody(req: IncomingMessage, service: GitServiceName, most: number): AsyncIterable<Buffer> {
  const { 'content-type': type, 'content-encoding': encoding = 'identity' } = req.headers;
  if (type !== `application/x-${service}-request`) {
    throw new DomainError('unsupported_media_type', `Send application/x-${service}-request.`);
  }
  if (encoding === 'identity') return bounded(req, most);
  if (encoding !== 'gzip' && encoding !== 'x-gzip') {
    throw new DomainError('unsupported_media_type', 'Send the body as it is, or as gzip.');
  }
  return bounded(
    pipeline(req, createGunzip(), () => {}),
    most,
  );
}

async function* bounded(body: Readable, most: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  try {
    // Not destroyed when it is left half-way: that would cut the connection before the answer.
    for await (const chunk of body.iterator({ destroyOnReturn: false })) {
      bytes += chunk.length;
      if (bytes > most) throw new DomainError('payload_too_large', 'The body is too large.');
      yield chunk;
    }
  } catch (error) {
    if (/^Z_/.test((error as NodeJS.ErrnoException).code ?? '')) {
      throw new DomainError('invalid_request', 'The body is not valid gzip.');
    }
    throw error;
  }
}

function decode(slug: string, name: string): GitAddress | null {
  try {
    const address = { spaceSlug: decodeURIComponent(slug), name: decodeURIComponent(name) };
    // No name that the database could not even look for.
    return /\0|\p{Cs}/u.test(address.spaceSlug + address.name) ? null : address;
  } catch {
    return null;
  }
}
