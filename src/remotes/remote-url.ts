import { isIP } from 'node:net';
import { invalidField } from '../errors.js';

const longestUrl = 2048;
const label = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;

/**
 * Reads the URL of a remote and brings it into one form: punycode, plain addresses, no trailing dot.
 * @throws DomainError `invalid_request` naming the field unless it is http or https, at most 2,048 characters long, and
 *   has neither credentials nor a query nor a fragment
 * @see https://url.spec.whatwg.org/#host-parsing
 */
export function parseRemoteUrl(text: string, field: string[]): URL {
  if (text.length > longestUrl) throw invalidField(field, `must have at most ${longestUrl} characters`);
  // The parser drops tabs and newlines and turns backslashes round; git would not.
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

/** The host of a URL, an IPv6 address without its brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

/** The port of a URL, the scheme's own where it names none. */
export function portOf(url: URL): number {
  return Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
}
