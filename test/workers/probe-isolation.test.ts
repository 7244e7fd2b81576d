import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { probeIsolation } from '../../src/workers/backends/external/isolation.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probe-isolation-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function program(script: string): Promise<string> {
  const file = join(folder, `python-${script.length}`);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}

describe('the isolation that a machine allows', () => {
  test('is none when the launcher fails', async () => {
    expect(await probeIsolation(await program('exit 1'))).toBe('none');
    expect(await probeIsolation('/nonexistent/python')).toBe('none');
  });

  test.runIf(process.platform === 'linux')(
    'is not known, and not none, when the launcher takes too long',
    { timeout: 60_000 },
    async () => {
      await expect(probeIsolation(await program('exec sleep 600'))).rejects.toMatchObject({
        code: 'runtime_unavailable',
        message: expect.stringMatching(/in time/),
      });
    },
  );
});
