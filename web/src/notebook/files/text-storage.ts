import type { Notebook } from '../model/notebook.js';
import type { FileFormat } from '../storage/file-storage.js';

/** A text file as a draft has it: one raw cell, so that texts and notebooks have the same rule for conflicts. */
export function draftOfText(content: string): Notebook {
  return {
    cells: [{ id: 'text', cell_type: 'raw', source: content, metadata: {} }],
    ...{ metadata: {}, nbformat: 4, nbformat_minor: 5 },
  };
}

/** The text of a draft. Where both versions of a conflict were kept, one is below the other. */
export function textOfDraft({ cells }: Notebook): string {
  const last = cells.length - 1;
  return cells
    .map(({ source }, index) => (index < last && !source.endsWith('\n') ? `${source}\n` : source))
    .join('');
}

/** Text files, each as a draft of one cell. */
export const textFormat: FileFormat = {
  read(file) {
    if (file.__typename !== 'TextFile') throw new Error('The file is not text any more.');
    return draftOfText(file.content);
  },
  write: (draft) => ({ content: textOfDraft(draft) }),
};
