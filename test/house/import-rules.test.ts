import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';

// Each is planted in the tree for a moment, linted, and taken away.
it.each([
  ['src/files/planted.ts', "import '../../schema/index.js';\n"],
  ['src/files/planted.ts', "import '../server/gateway.js';\n"],
  ['src/files/planted.ts', "import 'isomorphic-git';\n"],
  ['src/executions/planted.ts', "import '@jupyterlab/services';\n"],
  ['schema/planted.ts', "import '../rest/table.js';\n"],
  ['rest/planted.ts', "import '../src/files/save-file.js';\n"],
  ['rest/planted.ts', "import '../prisma/generated/client/client.js';\n"],
])('the lint rule bites in %s for %j', (file, source) => {
  try {
    writeFileSync(file, source);
    const { status, stdout, stderr } = spawnSync('node_modules/.bin/biome', ['lint', file], {
      encoding: 'utf8',
    });
    expect(status).not.toBe(0);
    expect(stdout + stderr).toContain('noRestrictedImports');
  } finally {
    rmSync(file, { force: true });
  }
});
