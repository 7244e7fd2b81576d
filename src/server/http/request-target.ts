import type { IncomingMessage } from 'node:http';
import { DomainError } from '../../errors.js';

/** A host as a name, an IPv4 address or an IPv6 address in brackets, then a port. */
const authority = /^(?:\[[0-9A-Fa-f:.]+\]|(?:[\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(?::(\d{0,5}))?$/;
const maxPort = 65_535;

/**
 * Brings the target of a request to the one form that all transports read: the path with its query in `req.url`. An absolute
 * target loses its scheme and host. The gateway serves the same under every name, so `Host` is only checked; then it is
 * replaced, so that no parser of URLs sees what the client sent. A request of HTTP/1.0 may have none.
 * @throws DomainError `invalid_request` for a malformed or repeated host, or another form of target
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-3.2
 */
export function normalizeTarget(req: IncomingMessage): void {
  const hosts = req.headersDistinct.host ?? [];
  const { url = '/' } = req;
  const absolute = /^https?:\/\/([^/?#]*)([^#]*)/i.exec(url);
  req.headers.host = 'localhost';
  req.url = absolute ? originForm(absolute[2]!) : url.split('#', 1)[0]!;
  if (!isPath(req.url) && !(req.url === '*' && req.method === 'OPTIONS'))
    throw malformed('The request target must be a path, or a URL with the scheme http or https.');
  if (hosts.length === 0 && req.httpVersion !== '1.0')
    throw malformed('The header Host is missing; send the name of this server.');
  if (hosts.length > 1 || ![...hosts, ...(absolute ? [absolute[1]!] : [])].every(isAuthority))
    throw malformed('The header Host must be one host name or address, with or without a port.');
}

function isPath(target: string): boolean {
  const [path] = target.split('?', 1);
  return path!.startsWith('/') && !path!.includes('\\') && URL.canParse(`http://localhost${target}`);
}

function isAuthority(text: string): boolean {
  const match = authority.exec(text);
  return match !== null && Number(match[1] ?? 0) <= maxPort;
}

function originForm(pathAndQuery: string): string {
  return pathAndQuery.startsWith('/') ? pathAndQuery : `/${pathAndQuery}`;
}

function malformed(message: string): DomainError {
  return new DomainError('invalid_request', message);
}
