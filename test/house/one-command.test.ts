import { parse } from 'node:path';
import { expect, it } from 'vitest';
import { readSourceFiles, type SourceFile } from './source-files.js';

/** How the names of commands that change something begin. */
const changes =
  /^(add|answer|archive|cancel|commit|create|delete|execute|interrupt|maintain|merge|put|remove|rename|replace|restart|restore|revoke|run|save|send|set|start|stop|sync|unarchive|update)[A-Z]/;

/** The exported functions of a file that take the context of a request and change something. */
function commandsOf({ program, text }: SourceFile): string[] {
  return program.body.flatMap((statement) => {
    if (statement.type !== 'ExportNamedDeclaration') return [];
    const { declaration } = statement;
    if (declaration?.type !== 'FunctionDeclaration' || !declaration.id) return [];
    const takesContext = declaration.params.some(({ start, end }) =>
      text.slice(start, end).endsWith(': RequestContext'),
    );
    return takesContext && changes.test(declaration.id.name) ? [declaration.id.name] : [];
  });
}

const kebabCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

it('each command that changes something has the file of its name', () => {
  const commands = readSourceFiles(process.cwd(), ['src']).flatMap((file) =>
    commandsOf(file).map((name) => ({ name: kebabCase(name), file: parse(file.path).name })),
  );
  expect(commands.filter(({ name, file }) => name !== file)).toEqual([]);
  expect(commands.length).toBeGreaterThan(50);
});
