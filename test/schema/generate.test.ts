import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

it('npm run generate leaves a file as it is when its new content cannot be made', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
  const step = scripts.generate.split(' && ').find((one: string) => one.includes('rest/openapi/print.ts'));
  // Without the SDL the description cannot be made.
  const folder = mkdtempSync(join(tmpdir(), 'generate-'));
  try {
    const command = step.replace('rest/', `${resolve('rest')}/`).replace('docs/openapi.json', 'there.json');
    writeFileSync(join(folder, 'there.json'), 'as it was');
    const { status, stderr } = spawnSync('sh', ['-c', command], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${resolve('node_modules/.bin')}:${process.env.PATH}` },
    });
    expect(stderr).toContain('schema/schema.graphql');
    expect(status).not.toBe(0);
    expect(readFileSync(join(folder, 'there.json'), 'utf8')).toBe('as it was');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);
