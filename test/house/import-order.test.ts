import { describe, expect, it } from 'vitest';
import { setUpPlantedTree } from './planted-tree.js';

const { newFaults } = setUpPlantedTree();

describe('the order of the layers', () => {
  it.each([
    [
      'a domain',
      'src/files/planted.ts',
      '../../schema/index.js',
      'src/files does not import schema/index.ts.',
    ],
    [
      'a domain',
      'src/files/planted.ts',
      '../server/git/x.js',
      'src/files does not import src/server/git/x.ts.',
    ],
    [
      'an engine',
      'src/engines/git/planted.ts',
      '../../files/x.js',
      'src/engines/git does not import src/files/x.ts.',
    ],
    [
      'the engine of Git, not even another engine,',
      'src/engines/git/planted.ts',
      '../events/x.js',
      'src/engines/git does not import src/engines/events/x.ts.',
    ],
    ['the schema', 'schema/planted.ts', '../rest/table.js', 'schema does not import rest/table.ts.'],
    ['REST', 'rest/planted.ts', '../src/files/x.js', 'rest/ does not import src/files/x.ts.'],
    ['REST', 'rest/planted.ts', '../schema/x.js', 'rest/ does not import schema/x.ts.'],
    [
      'REST',
      'rest/planted.ts',
      '../prisma/generated/client/client.js',
      'rest/ does not import prisma/generated/client/client.ts.',
    ],
  ])('%s imports no higher layer: %s, %s', (_what, file, specifier, fault) => {
    for (const statement of [`import '${specifier}';`, `import type { X } from '${specifier}';`])
      expect(newFaults({ [file]: `${statement}\n` })).toEqual([`${file}: ${fault}`]);
  });

  it('pages import nothing of the gateway, and nothing of it imports them', () => {
    const crossing = { 'web/src/planted.tsx': "import '../../src/errors.js';\n" };
    expect(newFaults(crossing)).toEqual(['web/src/planted.tsx: nothing crosses the border of web/.']);
    expect(newFaults({ 'src/files/planted.ts': "import '../../web/src/app.js';\n" })).toEqual([
      'src/files/planted.ts: nothing crosses the border of web/.',
    ]);
    expect(newFaults({ 'web/src/planted.tsx': "import './app.js';\n" })).toEqual([]);
  });

  it('holds for what is exported on and for what is imported later, too', () => {
    const fault = 'src/files/planted.ts: src/files does not import src/server/x.ts.';
    for (const statement of [
      "export * from '../server/x.js';",
      "export {} from '../server/x.js';",
      "import {} from '../server/x.js';",
      "import '../server/x.js';",
      "declare module 'some-package' {\nexport * from '../server/x.js';\n}",
      "void import('../server/x.js');",
      'void import(`../server/x.js`);',
      "void import('\\x2e./server/x.js');",
      "import x = require('../server/x.js');",
      "new Worker(new URL('../server/x.js', import.meta.url));",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a program in a text
      "new Worker(new URL(`../server/x.${isSource ? 'ts' : 'js'}`, import.meta.url));",
    ])
      expect(newFaults({ 'src/files/planted.ts': `${statement}\n` })).toEqual([fault]);
  });

  it('types are imported by statements, which the rules see', () => {
    const text = "type X = import('../errors.js').ErrorCode;\n";
    expect(newFaults({ 'src/files/planted.ts': text })).toEqual([
      'src/files/planted.ts: import types by an import statement.',
    ]);
  });

  it.each([
    ['void import(name);', 'an import whose path is not a literal'],
    ["void import('../server/' + 'x.js');", 'an import whose path is not a literal'],
    ["import { createRequire as load } from 'node:module';", '`createRequire`'],
    ["import * as node from 'node:module';\nnode.createRequire('/');", '`createRequire`'],
    ["import.meta.resolve('../server/x.js');", '`import.meta.resolve` of a file'],
    ['import.meta.resolve(name);', '`import.meta.resolve` of a file'],
    ["declare module '../server/x.js' {}", '`declare module` of ../server/x.js'],
    ['/// <reference path="../server/x.ts" />', '`/// <reference>`'],
    ["import '/src/server/x.js';", 'the import of /src/server/x.js; import files by a relative path'],
    ["export * from 'file:///x.js';", 'the import of file:///x.js; import files by a relative path'],
    [
      "import 'notebook-gateway/client';",
      'the import of notebook-gateway/client; import files by a relative path',
    ],
  ])('what cannot be checked is a fault: %s', (statement, what) => {
    expect(newFaults({ 'src/files/planted.ts': `${statement}\n` })).toEqual([
      `src/files/planted.ts: the rules cannot check ${what}.`,
    ]);
  });

  it('a package may be declared, and a file of it resolved', () => {
    const text = "declare module 'notebook-gateway-kit' {}\nimport.meta.resolve('tsx');\n";
    expect(newFaults({ 'src/files/planted.ts': text })).toEqual([]);
  });

  it('two folders of one layer do not import each other', () => {
    expect(newFaults({ 'src/git-access/planted.ts': "import '../remotes/x.js';\n" })).toEqual([
      'src/git-access/planted.ts: src/git-access does not import src/remotes/x.ts.',
    ]);
  });

  it('what scripts import of the built code counts as its source', () => {
    expect(newFaults({ 'prisma/seed.ts': "import '../src/app/x.js';\n" })).toEqual([
      'prisma/seed.ts: prisma/seed.ts does not import src/app/x.ts.',
    ]);
    expect(newFaults({ 'src/setup/planted.mjs': "await import('../../dist/src/main.js');\n" })).toEqual([]);
  });

  it.each(['client', 'engines/git', 'engines/kernels', 'engines/nbformat', 'engines/events'])(
    'src/%s does not import the generated client of the database',
    (folder) => {
      const path = `src/${folder}/planted.ts`;
      const from = `${'../'.repeat(path.split('/').length - 1)}prisma/generated/client/client.js`;
      expect(newFaults({ [path]: `import type { Space } from '${from}';\n` })).toEqual([
        `${path}: src/${folder} does not import prisma/generated/client/client.ts.`,
      ]);
    },
  );

  it('the demo data is imported by the layers above it only', () => {
    const statement = "import { demo } from '../../prisma/seed.js';\n";
    expect(newFaults({ 'src/app/planted.ts': statement })).toEqual([]);
    expect(newFaults({ 'src/files/planted.ts': statement })).toEqual([
      'src/files/planted.ts: src/files does not import prisma/seed.ts.',
    ]);
  });

  it('every folder has a layer', () => {
    expect(newFaults({ 'src/planted.ts': "import './errors.js';\n" })).toEqual([
      'src/planted.ts: its folder is in no layer.',
    ]);
  });

  it('REST imports the type of the executor, and nothing else of it', () => {
    const from = "from '../src/server/graphql/graphql-executor.js';\n";
    expect(newFaults({ 'rest/planted.ts': `import type { GraphQLExecutor } ${from}` })).toEqual([]);
    expect(newFaults({ 'rest/planted.ts': `import { createGraphQLExecutor } ${from}` })).toEqual([
      'rest/planted.ts: rest/ imports nothing but types of src/server/graphql/graphql-executor.ts.',
    ]);
  });
});

it.each([
  ['isomorphic-git', 'src/engines/git'],
  ['@jupyterlab/services', 'src/engines/kernels'],
  ['@electric-sql/pglite', 'src/engines/database'],
  ['jose', 'src/access'],
  ['piscina', 'src/engines/nbformat/threads'],
])('the package %s is imported in %s only', (name, owner) => {
  expect(newFaults({ [`${owner}/planted.ts`]: `import '${name}';\n` })).toEqual([]);
  expect(newFaults({ 'src/files/planted.ts': `import '${name}/part.js';\n` })).toEqual([
    `src/files/planted.ts: only ${owner} imports ${name}/part.js.`,
  ]);
  for (const folder of ['src/files', 'src/server', 'schema', 'rest'])
    expect(newFaults({ [`${folder}/planted.ts`]: `import '${name}';\n` })).toEqual([
      `${folder}/planted.ts: only ${owner} imports ${name}.`,
    ]);
});
