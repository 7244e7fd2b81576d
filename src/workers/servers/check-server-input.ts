import { isIP } from 'node:net';
import { invalidField } from '../../errors.js';
import { isPublicAddress } from '../../remotes/public-address.js';
import { hostOf, parseRemoteUrl, portOf } from '../../remotes/remote-url.js';
import type { AllowedHosts } from '../../validation/allowed-hosts.js';
import { checkRange, checkSlug } from '../../validation/check-input.js';
import { configuredServer } from './registered-server.js';

const maxTokenLength = 4096;
const maxCapacity = 100_000;

/**
 * Checks the name of a server.
 * @throws DomainError `invalid_request` naming the field
 */
export function checkServerName(name: string): string {
  if (name === configuredServer) throw invalidField('name', 'is reserved for the server of JUPYTER_URL');
  return checkSlug(name, 'name');
}

/**
 * Checks the base URL of a server without connecting to it: each connection checks the addresses of the host name.
 * @returns the URL with a final slash
 * @throws DomainError `invalid_request` naming the field
 */
export function checkBaseUrl(text: string, allowed: AllowedHosts): string {
  const url = parseRemoteUrl(text, ['baseUrl']);
  const host = hostOf(url);
  const isAllowed = allowed.hasHost(url.hostname, portOf(url)) || allowed.hasAddress(host);
  if (isIP(host) && !isPublicAddress(host) && !isAllowed)
    throw invalidField(
      'baseUrl',
      'is at an address that the configuration does not allow (JUPYTER_ALLOWED_HOSTS)',
    );
  return url.href.replace(/\/*$/, '/');
}

/**
 * Checks a token. The error never contains it.
 * @throws DomainError `invalid_request` naming the field
 */
export function checkServerToken(token: string): string {
  if (token === '' || token.length > maxTokenLength)
    throw invalidField('token', `must have 1 to ${maxTokenLength} characters`);
  if (!/^[\x21-\x7e]+$/.test(token)) throw invalidField('token', 'must have visible ASCII characters only');
  return token;
}

/** Checks how many workers a server may have, and returns it. @throws FieldError `invalid_request` naming `capacity` */
export function checkCapacity(capacity: number): number {
  return checkRange(capacity, 'capacity', 1, maxCapacity);
}
