import { useState } from 'react';
import { useSession } from '../../sign-in/session.js';
import { messageOf } from '../storage/api-requests.js';
import { createRawFile, maxFileBytes, readRawSha, replaceRawFile } from './raw-file.js';

/** This many files are uploaded together. */
const maxFiles = 200;

/** A file to upload whose path exists. */
export interface ExistingFile {
  path: string;
  file: File;
  /** The blob that is there: no other one is replaced. */
  sha: string;
}

/** An upload that a page shows. */
export interface Upload {
  /** How far it is. */
  message: string;
  /** A sentence for each file that was not stored. */
  faults: string[];
  /** The files whose paths exist, until their user decides. */
  existing: ExistingFile[];
  upload(files: File[]): Promise<void>;
  /** Replaces the files whose paths exist. */
  replace(): Promise<void>;
  /** Leaves them as they are. */
  keep(): void;
}

/** Uploads files one after the other into a folder. */
export function useUpload(
  workspace: { slug: string; workspaceId: string; branch: string },
  folder: string,
): Upload {
  const { token } = useSession();
  const [message, setMessage] = useState('');
  const [faults, setFaults] = useState<string[]>([]);
  const [existing, setExisting] = useState<ExistingFile[]>([]);
  const fileAt = (path: string) => ({ ...workspace, path, token: token ?? '' });
  const each = async <Item extends { file: File }>(
    items: readonly Item[],
    work: (item: Item) => Promise<void>,
  ) => {
    const failed: string[] = [];
    for (const [index, item] of items.entries()) {
      setMessage(`Uploading ${item.file.name} (${index + 1} of ${items.length})…`);
      await work(item).catch((error) => failed.push(`${item.file.name}: ${messageOf(error)}`));
    }
    return failed;
  };
  const upload = async (files: File[]) => {
    const found: ExistingFile[] = [];
    const items = files.slice(0, maxFiles).map((file) => ({ file }));
    const failed = await each(items, async ({ file }) => {
      if (file.size > maxFileBytes) throw new Error('It has more than 64 MiB.');
      const path = folder === '' ? file.name : `${folder}/${file.name}`;
      if (await createRawFile(fileAt(path), file)) return;
      found.push({ path, file, sha: await readRawSha(fileAt(path)) });
    });
    if (files.length > maxFiles) failed.push(`Only the first ${maxFiles} files were uploaded.`);
    setFaults(failed);
    setExisting(found);
    setMessage(failed.length === 0 && found.length === 0 ? 'Uploaded.' : '');
  };
  const replace = async () => {
    setExisting([]);
    const failed = await each(existing, ({ path, file, sha }) => replaceRawFile(fileAt(path), file, sha));
    setFaults((before) => [...before, ...failed]);
    setMessage(failed.length === 0 ? 'Replaced.' : '');
  };
  const keep = () => {
    setExisting([]);
    setMessage(existing.length === 1 ? 'The file is as it was.' : 'The files are as they were.');
  };
  return { message, faults, existing, upload, replace, keep };
}
