import { describe, expect, it } from 'vitest';
import { gitEntrances } from './entrances.js';
import { isIn } from './is-in.js';
import { setUpPlantedTree } from './planted-tree.js';
import { readSourceFiles } from './source-files.js';

const { newFaults } = setUpPlantedTree();

describe('the entrances of src/engines/git', () => {
  /** The faults of code outside of it that imports one of its files. */
  const faultsOf = (statement: string) => newFaults({ 'src/files/planted.ts': `${statement}\n` });

  it.each(gitEntrances)('other code imports %s', (entrance) => {
    const specifier = entrance.replace(/^src/, '..').replace(/\.ts$/, '.js');
    expect(faultsOf(`import '${specifier}';`)).toEqual([]);
  });

  it.each(['bare-repository', 'git-types', 'trees/commit-files', 'native/native-git', 'added-later'])(
    'other code does not import its file %s, not even a type',
    (name) => {
      const from = `'../engines/git/${name}.js';`;
      for (const statement of [`import ${from}`, `import type { X } from ${from}`, `export * from ${from}`])
        expect(faultsOf(statement)).toEqual([
          `src/files/planted.ts: src/engines/git/${name}.ts is no entrance of src/engines/git; use what src/engines/git/git-store.ts has, or add a method or type there.`,
        ]);
    },
  );

  it('its own files import each other', () => {
    const text = "import '../bare-repository.js';\nimport '../refs/branches.js';\n";
    expect(newFaults({ 'src/engines/git/trees/planted.ts': text })).toEqual([]);
  });

  it('are files that other code needs', () => {
    const others = readSourceFiles(process.cwd(), ['src', 'schema', 'rest']).filter(
      ({ path }) => !isIn(path, 'src/engines/git'),
    );
    const used = others.flatMap(({ imports }) => imports.filter((file) => isIn(file, 'src/engines/git')));
    expect([...new Set(used)].sort()).toEqual(gitEntrances.toSorted());
  });
});
