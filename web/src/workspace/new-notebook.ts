import type { Client } from '@urql/core';
import { KernelOfNewNotebooksDocument } from '../../generated/shell.js';
import { type Notebook, newCell } from '../notebook/model/notebook.js';

/**
 * A notebook with one empty cell, for the kernel that sessions have by default: its language is in the exports, and other clients
 * of Jupyter choose the same kernel. Without an answer of the gateway, a notebook without a kernel.
 */
export async function newNotebook(client: Client, spaceSlug: string): Promise<Notebook> {
  const { data } = await client.query(KernelOfNewNotebooksDocument, { spaceSlug }).toPromise();
  const profile = data?.space.kernelProfiles.find(({ isDefault }) => isDefault);
  return {
    ...{ nbformat: 4, nbformat_minor: 5 },
    metadata: profile ? kernelMetadata(profile) : {},
    cells: [newCell('code')],
  };
}

function kernelMetadata({
  kernelName,
  displayName,
  language,
}: {
  kernelName: string;
  displayName: string;
  language: string;
}) {
  return {
    kernelspec: { name: kernelName, display_name: displayName, language },
    language_info: { name: language },
  };
}
