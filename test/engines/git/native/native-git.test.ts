import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findNativeGit } from '../../../../src/engines/git/find-native-git.js';
import { type NativeGit, NativeGitError } from '../../../../src/engines/git/native/native-git.js';

let git: NativeGit;
const folder = mkdtempSync(join(tmpdir(), 'native-git-'));
const gitdir = join(folder, 'a.git');
beforeAll(async () => {
  git = (await findNativeGit())!;
  await git.run(['init', '--bare', '-q', gitdir]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('native git', () => {
  it('returns what a command prints for its input', async () => {
    const oid = await git.run(['hash-object', '-w', '--stdin'], { gitdir, input: 'hello\n' });
    expect(oid.toString().trim()).toBe('ce013625030ba8dba906f756967f9e9ca394464a');
  });

  it('throws the exit code of a command that fails', async () => {
    const failure = await git.run(['cat-file', '-p', 'nope'], { gitdir }).catch((error) => error);
    expect(failure).toBeInstanceOf(NativeGitError);
    expect(failure).toMatchObject({ command: 'cat-file', exitCode: 128 });
  });

  it('kills a command that takes too long or prints too much, with all processes that it started', async () => {
    const marker = join(folder, 'outlived');
    const slow = git.run(['-c', `alias.slow=!sleep 2; touch ${marker}`, 'slow'], { timeoutMs: 200 });
    await expect(slow).rejects.toMatchObject({ exitCode: null });
    await new Promise((resolve) => setTimeout(resolve, 2_200));
    expect(existsSync(marker)).toBe(false);
    const loud = git.run(['-c', 'alias.loud=!yes', 'loud'], { maxOutput: 1_000_000 });
    await expect(loud).rejects.toBeInstanceOf(NativeGitError);
  });

  it('runs no hook of the repository and reads no configuration of the user', async () => {
    const marker = join(folder, 'hook-ran');
    writeFileSync(join(gitdir, 'hooks', 'reference-transaction'), `#!/bin/sh\ntouch ${marker}\n`, {
      mode: 0o755,
    });
    const oid = (await git.run(['hash-object', '-w', '--stdin'], { gitdir, input: 'x' })).toString().trim();
    await git.run(['update-ref', 'refs/blobs/x', oid], { gitdir });
    expect(existsSync(marker)).toBe(false);
    const listed = (await git.run(['config', '--list', '--show-scope'], { gitdir })).toString();
    expect(listed).not.toMatch(/^(system|global)/m);
  });

  it('throws storage_unavailable when it cannot be started, and leaks no descriptor', async () => {
    const program = new URL('./few-descriptors.ts', import.meta.url).pathname;
    const args = [
      '-c',
      'ulimit -n 128; exec "$@"',
      'bash',
      process.execPath,
      '--import',
      'tsx',
      program,
      gitdir,
    ];
    const { stdout } = await promisify(execFile)('bash', args);
    const outcomes: Record<string, string[]> = JSON.parse(stdout);
    expect(Object.keys(outcomes)).toEqual(['run', 'background', 'history', 'upload']);
    for (const [way, ends] of Object.entries(outcomes)) {
      expect(ends[0], way).toBe('storage_unavailable');
      expect(ends.at(-1), way).toBe('gone: storage_unavailable');
      // With room again each ends as it did at first; in between it starts or it does not.
      const last = ends.at(-2)!;
      expect(last, way).not.toBe('storage_unavailable');
      expect([...new Set(ends.slice(0, -1))].sort(), way).toEqual([last, 'storage_unavailable'].sort());
    }
  }, 60_000);
});
