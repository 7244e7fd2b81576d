import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { killGroup } from './kill-group.js';

const maxOutputBytes = 16_384;

/**
 * Runs an installer, which may run code of anybody, to its end: as the leader of a process group of its own, with no
 * environment but the given one. Its input stays open as long as this process lives.
 * @param options.input what it reads first
 * @param options.signal kills the whole group
 * @returns the end of its output, at most 16 KiB, and whether it succeeded
 * @throws what `signal` was aborted with, and Error when the program cannot be run
 */
export async function runInstaller(
  program: string,
  args: string[],
  options: { env: NodeJS.ProcessEnv; input: string; signal: AbortSignal },
): Promise<{ succeeded: boolean; output: string }> {
  const { env, input, signal } = options;
  signal.throwIfAborted();
  const child = spawn(program, args, { cwd: '/', env, stdio: 'pipe', detached: true });
  const kill = () => killGroup(child);
  signal.addEventListener('abort', kill, { once: true });
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-maxOutputBytes);
  };
  // One that ends without reading it is seen by its end.
  child.stdin.on('error', () => {}).write(input);
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  try {
    // Unlike `close`, `exit` does not wait for what the installer may have left running with its output.
    const [code] = (await once(child, 'exit')) as [number | null];
    signal.throwIfAborted();
    return { succeeded: code === 0, output };
  } finally {
    signal.removeEventListener('abort', kill);
    kill();
    child.stdin.destroy();
    child.stdout.destroy();
    child.stderr.destroy();
  }
}
