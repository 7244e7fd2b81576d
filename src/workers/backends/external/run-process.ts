import { execFile } from 'node:child_process';

/**
 * Runs a program to its end, without a shell.
 * @param options.input what it reads; default nothing
 * @returns its standard output
 * @throws Error with the end of its standard error, for the log only, when it fails or takes longer than `timeoutMs`
 */
export function runProcess(
  program: string,
  args: string[],
  options: { env: NodeJS.ProcessEnv; timeoutMs: number; input?: string },
): Promise<string> {
  const { env, timeoutMs, input } = options;
  return new Promise((resolve, reject) => {
    const limits = { env, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 16 * 1024 * 1024 } as const;
    const child = execFile(program, args, limits, (error, stdout, stderr) => {
      if (error) reject(new Error(`${program} failed: ${stderr.slice(-2_000)}`, { cause: error }));
      else resolve(stdout);
    });
    // A program that ends without reading it says why in another way.
    child.stdin?.on('error', () => {}).end(input);
  });
}
