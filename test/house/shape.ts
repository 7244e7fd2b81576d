import type { Node } from 'oxc-parser';
import type { SourceFile } from './source-files.js';
import { walk } from './walk.js';

/** Limits of the code's shape, in lines. */
export const shapeLimits = { medianFile: 80, file: 300, function: 80 };

/** The number of lines of a file. */
export function lineCount({ text }: SourceFile): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

/** The median number of lines of files. */
export function medianLineCount(files: SourceFile[]): number {
  const counts = files.map(lineCount).sort((a, b) => a - b);
  return counts[Math.floor(counts.length / 2)] ?? 0;
}

/** One sentence for each file and function over its limit. */
export function lengthFaults(files: SourceFile[]): string[] {
  return files.flatMap((file) => [
    ...(lineCount(file) > shapeLimits.file ? [`${file.path}: ${lineCount(file)} lines.`] : []),
    ...longFunctionsIn(file),
  ]);
}

function longFunctionsIn(file: SourceFile): string[] {
  const lineOf = (offset: number) => file.text.slice(0, offset).split('\n').length;
  const faults: string[] = [];
  walk(file.program, (node) => {
    if (!/Function/.test(node.type) || !('body' in node) || !node.body) return;
    const lines = lineOf(node.end) - lineOf(node.start) + 1;
    if (lines > shapeLimits.function)
      faults.push(`${file.path}:${lineOf(node.start)}: a function of ${lines} lines.`);
  });
  return faults;
}

/**
 * One sentence for each exported declaration whose JSDoc is missing or has no word before its tags, also where a later
 * `export { name }` exports it; and for each `export =`.
 */
export function undocumentedExports(file: SourceFile): string[] {
  const listed = new Set(file.program.body.flatMap(namesInExportList));
  return file.program.body.flatMap((statement) => {
    if (statement.type === 'TSExportAssignment')
      return [`${file.path}: export names instead of \`export =\`.`];
    const isExported =
      statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration'
        ? Boolean(statement.declaration)
        : declaredNames(statement).some((name) => listed.has(name));
    if (!isExported) return [];
    const documented = file.comments.some(
      ({ type, value, end }) =>
        type === 'Block' && hasDescription(value) && file.text.slice(end, statement.start).trim() === '',
    );
    const line = file.text.slice(0, statement.start).split('\n').length;
    return documented ? [] : [`${file.path}:${line}: an export without JSDoc.`];
  });
}

/** Whether a comment is JSDoc with a word before its first tag. */
function hasDescription(comment: string): boolean {
  const [description = ''] = comment.split(/^[\s*]*@/m);
  return comment.startsWith('*') && /\p{L}{2}/u.test(description);
}

/** The local names in `export { name }`. What comes from another file has its JSDoc there. */
function namesInExportList(statement: Node): string[] {
  if (statement.type !== 'ExportNamedDeclaration' || statement.source) return [];
  return statement.specifiers.flatMap(({ local }) => (local.type === 'Identifier' ? [local.name] : []));
}

function declaredNames(statement: Node): string[] {
  if (statement.type === 'VariableDeclaration') {
    const names: string[] = [];
    walk(
      statement.declarations.map(({ id }) => id),
      (node) => {
        if (node.type === 'Identifier') names.push(node.name);
      },
    );
    return names;
  }
  return 'id' in statement && statement.id && 'name' in statement.id && typeof statement.id.name === 'string'
    ? [statement.id.name]
    : [];
}
