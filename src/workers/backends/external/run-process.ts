import { execFile } from 'node:child_process';

/**
 * Runs a program to its end, without a shell.
 * @returns its standard output
 * @throws Error with the end of its standard error, for the log only, when it fails or takes longer than `timeoutMs`
 */
export function runProcess(
  program: string,
  args: string[],
  options: { env: NodeJS.ProcessEnv; timeoutMs: number },
): Promise<string> {
  const { env, timeoutMs } = options;
  return new Promise((resolve, reject) => {
    const limits = { env, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 16 * 1024 * 1024 } as const;
    execFile(program, args, limits, (error, stdout, stderr) => {
      if (error) reject(new Error(`${program} failed: ${stderr.slice(-2_000)}`, { cause: error }));
      else resolve(stdout);
    });
  });
}
