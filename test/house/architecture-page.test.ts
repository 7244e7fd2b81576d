import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { layers } from './import-order.js';

/** A layer as the page prints it, e.g. `engines: database, events`. */
function printed(folders: string[]): string {
  const names = folders.map((folder) => folder.replace(/^src\/|\.ts$/g, ''));
  return names
    .join(', ')
    .replace(/^engines\//, 'engines: ')
    .replaceAll(', engines/', ', ');
}

it('docs/architecture.md prints the layers of the import order', () => {
  const page = readFileSync('docs/architecture.md', 'utf8');
  const [, block] = /## Who may import whom\n[\s\S]*?\n\n((?: {4}\S.*\n)+)/.exec(page)!;
  const lines = block!.trimEnd().split('\n');
  expect(lines.map((line) => line.trim())).toEqual(layers.map(printed));
});
