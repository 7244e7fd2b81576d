import { importOrderFaults, inlineImportFaults } from './import-order.js';
import { lengthFaults, undocumentedExports } from './shape.js';
import type { SourceFile } from './source-files.js';
import { uncheckedImports } from './unchecked-imports.js';
import { upsertFaults } from './upserts.js';
import { type WordedFile, wordsOfSource } from './worded-files.js';
import { wordFaults } from './words.js';

/**
 * One sentence for each fault of order, size, JSDoc, upserts and words, with the path of its file first. Import cycles of
 * several files are Biome's to find: its rule `noImportCycles` counts types too.
 * @param files the programs
 * @param others more files, of which only the words are checked
 */
export function houseFaults(files: SourceFile[], others: WordedFile[] = []): string[] {
  return [
    ...importOrderFaults(files),
    ...files.flatMap(inlineImportFaults),
    ...files.flatMap(uncheckedImports),
    ...lengthFaults(files),
    ...files.flatMap(undocumentedExports),
    ...files.flatMap(upsertFaults),
    ...[...files.map(wordsOfSource), ...others].flatMap(wordFaults),
  ];
}
