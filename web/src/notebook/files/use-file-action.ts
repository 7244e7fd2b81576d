import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { useState } from 'react';
import type { ApiFault } from '../../api/api-error.js';
import { useAction } from '../../api/use-action.js';
import { type PageFile, workspaceOf } from '../storage/page-file.js';

/** The file of a page, for what is done with it as a whole. */
export interface FileActionsProps {
  page: PageFile;
  /**
   * Saves what is unsaved on the page.
   * @returns the blob that the user sees; null where there are changes that could not be saved
   */
  readSha: () => Promise<string | null>;
}

type Known = 'path' | 'branch' | 'baseSha';

const notSaved: ApiFault = {
  message: 'Your changes are not saved. Save them, or decide what to keep, and try again.',
  code: undefined,
  extensions: {},
};

const changed = 'Somebody else changed this file. Load the page again to see what it has now.';

/** Prepares a mutation of the file of a page. It changes only the blob that the user sees, and nothing while changes are unsaved. */
export function useFileAction<Data, Input>(
  document: TypedDocumentNode<Data, { spaceSlug: string; workspaceId: string; input: Input }>,
  { page, readSha }: FileActionsProps,
) {
  const action = useAction(document);
  const [isUnsaved, setUnsaved] = useState(false);
  /** @returns whether it worked: `fault` says why not */
  const run = async (more: Omit<Input, Known>): Promise<boolean> => {
    const baseSha = await readSha();
    setUnsaved(baseSha === null);
    if (baseSha === null) return false;
    const { path, branch } = page;
    const input = { path, branch, baseSha, ...more } as Input;
    return (await action.run({ ...workspaceOf(page), input })) !== undefined;
  };
  const fault =
    action.fault?.code === 'base_sha_conflict' ? { ...action.fault, message: changed } : action.fault;
  return { run, isBusy: action.isBusy, fault: isUnsaved ? notSaved : fault };
}
