import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The output and exit code of a run of git. */
export interface GitRun {
  code: number;
  /** Standard output, trimmed. */
  out: string;
  /** Standard error, which has the answers of a server. */
  err: string;
}

/** The real git client in its own folder, without the user's configuration. */
export interface GitClient {
  folder: string;
  /** Runs git there; never throws for a failure of git. */
  git(...args: string[]): Promise<GitRun>;
  /** Runs git and returns its output; throws when git fails. */
  ok(...args: string[]): Promise<string>;
  /** {@link ok} with an input. */
  pipe(input: string | Buffer, ...args: string[]): Promise<string>;
  /** {@link pipe} for binary output. */
  bytes(input: string | Buffer, ...args: string[]): Promise<Buffer>;
  /** Writes a file in the clone `name`, and commits it. */
  commit(name: string, path: string, text: string): Promise<string>;
  remove(): Promise<void>;
}

/** Creates a {@link GitClient}. */
export async function gitClient(): Promise<GitClient> {
  const folder = await mkdtemp(join(tmpdir(), 'git-client-'));
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'Outside',
    GIT_AUTHOR_EMAIL: 'outside@example.org',
    GIT_COMMITTER_NAME: 'Outside',
    GIT_COMMITTER_EMAIL: 'outside@example.org',
  };
  const run = (args: string[], input: string | Buffer = '') =>
    new Promise<GitRun>((resolve) => {
      const options = { cwd: folder, env, maxBuffer: 64 * 1024 * 1024, timeout: 60_000 };
      const child = execFile('git', args, options, (error, stdout, stderr) => {
        const code = error ? (typeof error.code === 'number' ? error.code : -1) : 0;
        resolve({ code, out: stdout.trim(), err: stderr });
      });
      child.stdin!.on('error', () => {});
      child.stdin!.end(input);
    });
  const must = async (args: string[], input?: string | Buffer) => {
    const { code, out, err } = await run(args, input);
    if (code !== 0) throw new Error(`git ${args.join(' ')}: ${err}`);
    return out;
  };
  return {
    folder,
    git: (...args) => run(args),
    ok: (...args) => must(args),
    pipe: (input, ...args) => must(args, input),
    bytes: async (input, ...args) =>
      execFileSync('git', args, { cwd: folder, env, input, stdio: 'pipe', maxBuffer: 1024 * 1024 * 1024 }),
    async commit(name, path, text) {
      await writeFile(join(folder, name, path), text);
      await must(['-C', name, 'add', '-A']);
      await must(['-C', name, 'commit', '-qm', `Change ${path}`]);
      return must(['-C', name, 'rev-parse', 'HEAD']);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The URL of a repository with a token in it, by default of the demo repository. */
export function gitUrl(gateway: string, token: string, path = 'demo/welcome'): string {
  return `${gateway.replace('://', `://user:${token}@`)}/git/${path}.git`;
}
