import { expect, it } from 'vitest';
import { parseAllowedHosts } from '../../src/validation/allowed-hosts.js';

it.each([
  'a/b',
  '10.0.0.0/33',
  'fd00::/129',
  '10.0.0/8',
  'a b',
  'u@h',
  'h:99999',
  'h:',
  '::1',
  'http://a',
  'a?b',
])('refuses the entry %j', (entry) => expect(parseAllowedHosts([entry])).toBeNull());
