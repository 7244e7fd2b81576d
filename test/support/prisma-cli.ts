import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** Runs the official Prisma CLI in this repository; returns its exit code and output. */
export async function prismaCli(
  args: string[],
  databaseUrl?: string,
): Promise<{ code: number; output: string }> {
  const { DATABASE_URL: _unset, ...env } = process.env;
  const child = spawn('node_modules/.bin/prisma', args, {
    env: { ...env, ...(databaseUrl && { DATABASE_URL: databaseUrl }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? -1));
  });
  const [code, out, err] = await Promise.all([exit, text(child.stdout), text(child.stderr)]);
  return { code, output: out + err };
}
