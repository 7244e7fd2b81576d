import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { GitServiceName } from '../../engines/git/git-store.js';
import { DomainError } from '../../errors.js';
import type { GitAddress } from '../../git-access/load-git-service.js';

/** What a Git client requests. */
export interface GitRoute extends GitAddress {
  action: 'info/refs' | GitServiceName;
  /** The service whose refs are requested; null when none is named, which only clients of the dumb protocol do. */
  service: GitServiceName | null;
}

const services: readonly string[] = ['git-upload-pack', 'git-receive-pack'] satisfies GitServiceName[];

/**
 * Parses a request's target, with or without `.git` after the name; null when it does not belong to Git's protocol.
 * @throws DomainError `forbidden` for an unknown service
 * @see https://git-scm.com/docs/http-protocol
 */
export function gitRoute(target: string): GitRoute | null {
  const [path, query] = target.split('?', 2) as [string, string | undefined];
  const match = /^\/git\/([^/]+)\/([^/]+?)(?:\.git)?\/(.+)$/.exec(path);
  const address = match && decode(match[1]!, match[2]!);
  if (!address) return null;
  const action = match[3]!;
  // Clients of the dumb protocol read the files of the repository one by one.
  if (action === 'HEAD' || action.startsWith('objects/'))
    return { ...address, action: 'info/refs', service: null };
  if (action !== 'info/refs' && !services.includes(action)) return null;
  const service = new URLSearchParams(query).get('service');
  if (service !== null && !services.includes(service)) {
    throw new DomainError('forbidden', 'The service must be git-upload-pack or git-receive-pack.');
  }
  return { ...address, action: action as GitRoute['action'], service: service as GitServiceName | null };
}

/**
 * Whether a request's target is one of Git LFS.
 * @see https://github.com/git-lfs/git-lfs/blob/main/docs/api/server-discovery.md
 */
export function isLfsTarget(target: string): boolean {
  return /^\/git\/[^/]+\/[^/]+\/info\/lfs(?:\/|\?|$)/.test(target);
}

/**
 * The `Authorization` header as the other APIs expect it: the password of Basic authentication becomes the Bearer token.
 * @see https://www.rfc-editor.org/rfc/rfc7617
 */
export function bearerOf(req: IncomingMessage): string | undefined {
  const { authorization } = req.headers;
  const basic = /^Basic +([A-Za-z0-9+/]+=*) *$/i.exec(authorization ?? '')?.[1];
  if (!basic) return authorization;
  const credentials = Buffer.from(basic, 'base64').toString();
  return `Bearer ${credentials.slice(credentials.indexOf(':') + 1)}`;
}

/** The header `Git-Protocol`; a value that cannot be one counts as absent. */
export function protocolOf(req: IncomingMessage): string | undefined {
  const given = req.headers['git-protocol'];
  return typeof given === 'string' && /^[\w=.:-]{1,200}$/.test(given) ? given : undefined;
}

/** Reads a body, and inflates it where it was sent compressed. @throws DomainError `invalid_request` */
export type BodyDecoder = (body: Readable) => AsyncIterable<Buffer>;

/**
 * How the body of a request is to be read. Its reader limits its size.
 * @throws DomainError `unsupported_media_type`, for another coding with `Accept-Encoding`
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1
 */
export function bodyDecoder(req: IncomingMessage, service: GitRoute['action']): BodyDecoder {
  const { 'content-type': type, 'content-encoding': coding = '' } = req.headers;
  if (type?.toLowerCase() !== `application/x-${service}-request`) {
    throw new DomainError('unsupported_media_type', `Send application/x-${service}-request.`);
  }
  if (/^(identity)?$/i.test(coding)) return chunksOf;
  if (!/^(x-)?gzip$/i.test(coding)) {
    throw new DomainError('unsupported_media_type', 'Send the body uncompressed or as gzip.', {
      headers: { 'accept-encoding': 'gzip, identity' },
    });
  }
  return (body) => chunksOf(pipeline(body, createGunzip(), () => {}));
}

async function* chunksOf(body: Readable): AsyncGenerator<Buffer> {
  try {
    // Leaving the loop must not destroy the request: that would cut the connection before the answer.
    yield* body.iterator({ destroyOnReturn: false });
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
    // The database accepts neither NUL nor lone surrogates.
    return /\0|\p{Cs}/u.test(address.spaceSlug + address.name) ? null : address;
  } catch {
    return null;
  }
}
