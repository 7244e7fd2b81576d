import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ProgramEnd, pythonWith, runProgram } from './python-environment.js';

const version = '4.32.5';

/** What a failing status is: 503 is an answer like any other, because nothing here can start a kernel. */
const settings = `[checks]
not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", "503"]
`;

/**
 * Sends generated requests to a running gateway.
 * @param schema the file or URL of the API's description
 * @param options further arguments of `st run`
 * @returns the end of the run; its status is 0 when nothing was found
 * @see https://schemathesis.readthedocs.io/
 */
export async function fuzz(schema: string, options: string[]): Promise<ProgramEnd> {
  const program = await pythonWith(`schemathesis-${version}`, [`schemathesis==${version}`]);
  const folder = await mkdtemp(join(tmpdir(), 'fuzz-'));
  try {
    const config = join(folder, 'schemathesis.toml');
    await writeFile(config, settings);
    return await runProgram(
      program,
      [
        '-m',
        'schemathesis.cli',
        '--config-file',
        config,
        'run',
        schema,
        '--no-color',
        '--generation-database',
        'none',
        ...options,
      ],
      { cwd: folder },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
