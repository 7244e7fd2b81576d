import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Lexer, Source, TokenKind } from 'graphql';
import { listFiles, type SourceFile } from './source-files.js';
import { walk } from './walk.js';

/** The names and the prose of a file. A line counts from 1. */
export interface WordedFile {
  /** From the root of the repository, `/`-separated. */
  path: string;
  names: { name: string; line: number }[];
  /** Comments, descriptions and texts. */
  prose: { text: string; line: number }[];
}

/**
 * Reads the GraphQL files below some folders.
 * @param root the folder of the repository
 * @throws GraphQLError when a file does not parse
 */
export function readGraphqlFiles(root: string, folders: string[]): WordedFile[] {
  return listFiles(root, folders, /\.graphql$/).map((path) =>
    wordsOfGraphql(path, readFileSync(join(root, path), 'utf8')),
  );
}

/** The words of a program. */
export function wordsOfSource({ path, text, program, comments }: SourceFile): WordedFile {
  const lineOf = (offset: number) => text.slice(0, offset).split('\n').length;
  const names: WordedFile['names'] = [];
  const prose = comments.map(({ value, start }) => ({ text: value, line: lineOf(start) }));
  walk(program, (node) => {
    if (node.type === 'Identifier' || node.type === 'PrivateIdentifier') {
      names.push({ name: node.name, line: lineOf(node.start) });
    } else if (node.type === 'Literal' && typeof node.value === 'string') {
      if (node.value.includes(' ')) prose.push({ text: node.value, line: lineOf(node.start) });
    } else if (node.type === 'JSXText') {
      prose.push({ text: node.value, line: lineOf(node.start) });
    } else if (node.type === 'TemplateElement') {
      prose.push({ text: node.value.cooked ?? '', line: lineOf(node.start) });
    }
  });
  return { path, names, prose };
}

function wordsOfGraphql(path: string, text: string): WordedFile {
  const file: WordedFile = { path, names: [], prose: [] };
  const lexer = new Lexer(new Source(text, path));
  while (lexer.advance().kind !== TokenKind.EOF);
  // The lexer itself skips comments; the list of its tokens has them.
  for (let token = lexer.token; token.prev; token = token.prev) {
    const { kind, value, line } = token;
    if (kind === TokenKind.NAME) file.names.unshift({ name: value, line });
    else if (value && [TokenKind.STRING, TokenKind.BLOCK_STRING, TokenKind.COMMENT].includes(kind))
      file.prose.unshift({ text: value, line: kind === TokenKind.BLOCK_STRING ? line + 1 : line });
  }
  return file;
}
