import { isIPv6 } from 'node:net';
import { z } from 'zod';
import { parseAllowedHosts } from './allowed-hosts.js';
import { isTrustworthy } from './is-trustworthy.js';

/** One of some words. */
export function oneOf<const T extends string>(...words: T[]) {
  return z.enum(words, `must be one of ${words.join(', ')}`);
}

/** A whole number within limits, both included. */
export function wholeNumber(min: number, max: number) {
  const fault = `must be a whole number from ${min} to ${max}`;
  return z.coerce.number(fault).int(fault).min(min, fault).max(max, fault);
}

/** An address with `http://` or `https://`. */
export const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' });

/** `0`, `1`, `true` or `false`. */
export const flag = oneOf('0', '1', 'true', 'false').transform((value) => value === '1' || value === 'true');

/** Items separated by commas, without the spaces around them and without empty ones. */
export const list = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);

/** A reference of an image: a name with an optional registry, and an optional tag or digest. */
export const image = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._/:-]{0,254}(@sha256:[0-9a-f]{64})?$/i, 'must be the name of an image');

/** Hosts, hosts with ports, and networks, see {@link parseAllowedHosts}; default none. */
export const allowedHosts = list
  .default([])
  .transform(parseAllowedHosts)
  .refine((hosts) => hosts !== null, 'must list host, host:port or network/prefix, separated by commas');

/** A network as an address with a prefix, of IPv4 or IPv6. */
export const network = z.union([z.cidrv4(), z.cidrv6()], 'must list networks, e.g. 10.1.2.3/32');

/** A number from 0 up to a thousand million. */
export const amount = wholeNumber(0, 1_000_000_000);

/** The origins of browsers, in the form in which they send them. With a slash at the end, or as `*`, one would match none. */
export const origins = list
  .default([])
  .refine(
    (texts) => texts.every((text) => URL.canParse(text) && new URL(text).origin === text),
    'must list origins, e.g. https://app.example.com',
  );

/**
 * The address of a gateway, without the slashes at its end. A manifest can name the address of its Pod only as it is, so one of
 * IPv6 may have no brackets where a port follows.
 */
export const gatewayUrl = z
  .string()
  .transform((text) =>
    text.replace(/^(https?:\/\/)([0-9a-f:.]+)(:\d+)/i, (all, scheme, host, port) =>
      isIPv6(host) ? `${scheme}[${host}]${port}` : all,
    ),
  )
  .pipe(httpUrl)
  .transform((url) => new URL(url))
  .refine(
    ({ username, search, hash }) => !username && !search && !hash,
    'must be http://host:port or https://host',
  )
  .transform((url) => url.href.replace(/\/*$/, ''));

/** The name of a namespace in Kubernetes. */
export const namespace = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'must be the name of a namespace');

/** The address of an OpenID Connect issuer, exactly as its tokens have it: `/.well-known/…` is appended to it. */
export const issuer = z
  .string()
  .refine(isTrustworthy, 'must be an https:// address, or http:// on this machine')
  .refine((text) => !/[?#\s]|:\/\/[^/]*@/.test(text), 'must have no query, fragment, space or password');

/** The name of a StorageClass in Kubernetes. */
export const storageClass = z
  .string()
  .regex(/^(?=.{1,253}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'must be the name of a StorageClass');
