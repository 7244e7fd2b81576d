import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { downloadPackage } from './download-package.js';
import { testPython } from './jupyter.js';
import { keptFolder } from './kept-folder.js';

const runFile = promisify(execFile);
const version = '4.0.4';

/** Three of nbdime's own notebooks: a base and what two sides made of it. */
export interface NbdimeTriple {
  base: Uint8Array;
  ours: Uint8Array;
  theirs: Uint8Array;
}

const numbered = (name: string) => [1, 2, 3].map((number) => `${name}--${number}`);
const members: Record<string, string[]> = {
  'inline-conflict': numbered('inline-conflict'),
  'mixed-conflicts': numbered('mixed-conflicts'),
  'output-conflict': numbered('output-conflict'),
  'source-conflict': numbered('source-conflict'),
  apap: numbered('apap'),
  cellids: ['base', 'local', 'remote'].map((side) => `cellids--${side}`),
  multilevel: ['base', 'local', 'remote'].map((side) => `multilevel-test-${side}`),
  multi_cell: ['', '--local', '--remote'].map((side) => `multi_cell_nb${side}`),
  outputs: ['', '--changed_output', '--changed_source_output_ec'].map((side) => `single_cell_nb${side}`),
};

/** The names of {@link nbdimeTriple}. */
export const nbdimeTriples = Object.keys(members);

/** The notebooks of one of nbdime's tests. */
export async function nbdimeTriple(name: string): Promise<NbdimeTriple> {
  const [base, ours, theirs] = await Promise.all(members[name]!.map(nbdimeNotebook));
  return { base: base!, ours: ours!, theirs: theirs! };
}

let unpacked: Promise<string> | undefined;

/** A notebook of nbdime's tests, without its extension. Its wheel has them too, and is not built first. */
export async function nbdimeNotebook(name: string): Promise<Uint8Array> {
  unpacked ??= unpack();
  return readFile(join(await unpacked, 'nbdime', 'tests', 'files', `${name}.ipynb`));
}

function unpack(): Promise<string> {
  return keptFolder(`nbdime-${version}`, async (fresh) => {
    const { python } = await testPython();
    const wheel = await downloadPackage(`nbdime==${version}`);
    await runFile(python, ['-m', 'zipfile', '-e', wheel, fresh]);
  });
}
