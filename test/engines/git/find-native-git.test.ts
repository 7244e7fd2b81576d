import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findNativeGit } from '../../../src/engines/git/find-native-git.js';

const path = process.env.PATH;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'no-git-'));
  process.env.PATH = folder;
});
afterEach(() => {
  process.env.PATH = path;
  rmSync(folder, { recursive: true });
});

function install(version: string): void {
  writeFileSync(join(folder, 'git'), `#!/bin/sh\necho "git version ${version}"\n`, { mode: 0o755 });
}

describe('findNativeGit', () => {
  it.each(['2.32.0', '2.39.5', '2.100.1', '3.0.0', '2.47.1.windows.2'])('accepts git %s', async (version) => {
    install(version);
    expect((await findNativeGit()).version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it.each(['2.31.9', '1.99.0'])('refuses git %s in one sentence', async (version) => {
    install(version);
    await expect(findNativeGit()).rejects.toThrow(
      `The gateway needs git 2.32 or newer on the PATH, but version ${version} was found.`,
    );
  });

  it('refuses to go on without git, in one sentence', async () => {
    await expect(findNativeGit()).rejects.toThrow(
      'The gateway needs git 2.32 or newer on the PATH, but none was found.',
    );
  });
});
