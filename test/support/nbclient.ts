import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { downloadPackage } from './download-package.js';
import { testPython } from './jupyter.js';

const runFile = promisify(execFile);

/** Longer than any notebook of the tests takes on a busy machine. */
const maxRunMs = 60_000;

/**
 * Runs a notebook with nbclient, and reads the file that it wrote. nbclient waits for ever where it misses a message of its kernel,
 * so a run that takes too long is ended and begun once more.
 */
export async function runWithNbclient(notebook: object): Promise<any> {
  const { python } = await testPython();
  const folder = await mkdtemp(join(tmpdir(), 'nbclient-'));
  try {
    const paths = ['in', 'out'].map((name) => join(folder, `${name}.ipynb`));
    await writeFile(paths[0]!, JSON.stringify(notebook));
    const run = () => runFile(python, ['test/support/nbclient-run.py', ...paths], { timeout: maxRunMs });
    await run().catch((error) => {
      if (!error.killed) throw error;
      return run();
    });
    return JSON.parse(await readFile(paths[1]!, 'utf8'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The sources of the code cells of one of nbclient's own test notebooks, from its source distribution. */
export async function nbclientCells(name: string): Promise<string[]> {
  const archive = await downloadPackage('nbclient==0.11.0', { source: true });
  const member = `nbclient-0.11.0/tests/files/${name}.ipynb`;
  const { stdout } = await runFile('tar', ['-xzOf', archive, member], { maxBuffer: 16 * 1024 * 1024 });
  const { cells } = JSON.parse(stdout) as { cells: { cell_type: string; source: string | string[] }[] };
  return cells.filter((cell) => cell.cell_type === 'code').map(({ source }) => [source].flat().join(''));
}

/**
 * The outputs of cells without what differs from run to run: joins neighbours of one stream, whose division into messages is a
 * matter of time, and leaves out process ids.
 */
export function comparableCells(cells: any[]): object[] {
  const withoutPids = JSON.parse(JSON.stringify(cells).replace(/ipykernel_\d+/g, 'ipykernel'));
  return withoutPids.map(({ id, source, outputs = [], execution_count = null }: any) => {
    const all: any[] = [];
    for (const output of outputs) {
      const last = all.at(-1);
      if (output.output_type === 'stream' && last?.name === output.name && last.output_type === 'stream')
        all.splice(-1, 1, { ...last, text: last.text + output.text });
      else all.push(output);
    }
    return { id, source, outputs: all, execution_count };
  });
}
