import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Native git without anybody's configuration, as a user elsewhere. */
const env = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'Outside',
  GIT_AUTHOR_EMAIL: 'outside@example.org',
  GIT_COMMITTER_NAME: 'Outside',
  GIT_COMMITTER_EMAIL: 'outside@example.org',
};

const maxOutputBytes = 1024 * 1024 * 1024;
const timeoutMs = 5 * 60_000;

/** Runs native git in a folder and answers what it printed. @throws with git's own words when it fails */
export async function git(folder: string, args: string[], input?: string): Promise<string> {
  const running = run('git', ['-C', folder, ...args], { env, maxBuffer: maxOutputBytes, timeout: timeoutMs });
  running.child.stdin?.on('error', () => {});
  running.child.stdin?.end(input);
  return (await running).stdout;
}

/** The same, by lines. */
export async function gitLines(folder: string, args: string[], input?: string): Promise<string[]> {
  return (await git(folder, args, input)).split('\n').filter(Boolean);
}

/** Whether git succeeds. */
export function gitSucceeds(folder: string, args: string[]): Promise<boolean> {
  return git(folder, args).then(
    () => true,
    () => false,
  );
}

/** The branches of a repository with their tips. */
export async function branchTips(gitdir: string): Promise<Map<string, string>> {
  const lines = await gitLines(gitdir, [
    'for-each-ref',
    '--format=%(objectname) %(refname:lstrip=2)',
    'refs/heads/',
  ]);
  return new Map(lines.map((line) => [line.slice(41), line.slice(0, 40)]));
}
