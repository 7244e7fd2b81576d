import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('the documentation has every reason for which a worker ends', () => {
  const [, reasons = ''] = read('src/workers/worker-exit.ts').match(/type ExitReason =([^;]+);/) ?? [];
  const words = [...reasons.matchAll(/'(\w+)'/g)].map(([, word]) => word!);
  expect(words).toContain('out_of_memory');
  const [, table = ''] = read('docs/api.md').match(/^\| `status_reason` \| when \|\n((?:\|.*\n)+)/m) ?? [];
  const described = [...table.matchAll(/^\|([^|]+)\|/gm)].flatMap(([, cell]) => cell!.match(/\w+/g) ?? []);
  expect(words.filter((word) => !described.includes(word))).toEqual([]);
});
