import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const version = '4.32.5';
/** Kept between runs. */
const home = join(tmpdir(), `notebook-gateway-test-schemathesis-${version}`);

/** What a failing status is: 503 is an answer like any other, because nothing here can start a kernel. */
const settings = `[checks]
not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", "503"]
`;

/** The end of a run of Schemathesis. */
interface FuzzReport {
  /** 0 when nothing was found. */
  exitCode: number;
  text: string;
}

/**
 * Sends generated requests to a running gateway.
 * @param schema the file or URL of the API's description
 * @param options further arguments of `st run`
 * @see https://schemathesis.readthedocs.io/
 */
export async function fuzz(schema: string, options: string[]): Promise<FuzzReport> {
  const program = await installed();
  const folder = await mkdtemp(join(tmpdir(), 'fuzz-'));
  try {
    const config = join(folder, 'schemathesis.toml');
    await writeFile(config, settings);
    return await run(
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
      folder,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The Python that has it, installed into a virtual environment of its own where it is missing. */
async function installed(): Promise<string> {
  const program = join(home, 'bin', 'python');
  const isThere = await access(program).then(
    () => true,
    () => false,
  );
  if (isThere) return program;
  const fresh = await mkdtemp(`${home}-`);
  try {
    await expectSuccess('python3', ['-m', 'venv', fresh]);
    const packages = ['install', '--quiet', '--disable-pip-version-check', `schemathesis==${version}`];
    await expectSuccess(join(fresh, 'bin', 'python'), ['-m', 'pip', ...packages]);
    // Another run may have been faster.
    await rename(fresh, home).catch(() => access(program));
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return program;
}

async function expectSuccess(program: string, args: string[]): Promise<void> {
  const { exitCode, text } = await run(program, args, tmpdir());
  if (exitCode !== 0) throw new Error(`${program} ${args.join(' ')} failed:\n${text}`);
}

async function run(program: string, args: string[], cwd: string): Promise<FuzzReport> {
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      text += chunk;
    });
  }
  const [exitCode] = await once(child, 'close');
  return { exitCode: exitCode ?? 1, text };
}
