import { isIP } from 'node:net';
import { invalidField } from '../errors.js';

const maxUrlLength = 2048;
const label = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;

/**
 * Parses the URL of a remote and normalizes it: punycode, dotted addresses, no trailing dot.
 * @param field the path of the input field, for the error
 * @throws DomainError `invalid_request` unless the URL is http or https, has at most 2,048 characters, and has no
 *   credentials, no query and no fragment
 * @see https://url.spec.whatwg.org/#host-parsing
 */
export function parseRemoteUrl(text: string, field: string[]): URL {
  if (text.length > maxUrlLength) throw invalidField(field, `must have at most ${maxUrlLength} characters`);
  // The URL parser removes tabs and newlines and reads a backslash as a slash. Git does not.
  if (!/^https?:\/\/[^\s\\]+$/i.test(text) || /\p{Cc}/u.test(text) || !URL.canParse(text)) {
    throw invalidField(field, 'must be a URL that begins with https:// or http://');
  }
  const url = new URL(text);
  if (url.username || url.password || /^[^/]*\/\/[^/?#]*@/.test(text)) {
    throw invalidField(field, 'must not have a user or a password; give them as username and secret');
  }
  if (/[?#]/.test(text)) throw invalidField(field, 'must not have a query or a fragment');
  url.hostname = url.hostname.replace(/\.$/, '');
  const host = hostOf(url);
  if (isIP(host) === 0 && (host.length > 253 || !host.split('.').every((part) => label.test(part)))) {
    throw invalidField(field, 'has no usable host');
  }
  return url;
}

/** The host of a URL; an IPv6 address comes without brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

/** The port of a URL; the default port of its scheme when it names none. */
export function portOf(url: URL): number {
  return Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
}
