import { RestError, restRequest } from '../../api/rest-request.js';

/** The maximum size of a file that the API takes, in bytes. */
export const maxFileBytes = 64 * 1024 * 1024;

/** Where a file of any bytes is, and who asks. */
export interface RawFile {
  slug: string;
  workspaceId: string;
  path: string;
  /** Default the workspace's branch. */
  branch: string | undefined;
  token: string;
}

/** The path of the REST API for the bytes of files. */
export const rawFilePath = (workspaceId: string) => `/workspaces/${encodeURIComponent(workspaceId)}/raw-file`;

/** Reads the bytes of a file. @throws Error with a sentence for the user */
export async function readRawFile(file: RawFile): Promise<Blob> {
  return (await request(file, 'ref', {})).blob();
}

/** Reads which blob a file is. @throws Error with a sentence for the user */
export async function readRawSha(file: RawFile): Promise<string> {
  const { headers } = await request(file, 'ref', { method: 'HEAD' });
  const sha = /[0-9a-f]{40}/.exec(headers.get('etag') ?? '')?.[0];
  if (!sha) throw new Error('The gateway did not say which version the file has.');
  return sha;
}

/**
 * Creates a file with one commit.
 * @returns false where the path exists: then nothing was changed
 * @throws Error with a sentence for the user
 */
export async function createRawFile(file: RawFile, bytes: Blob): Promise<boolean> {
  try {
    await put(file, bytes, '0'.repeat(40));
    return true;
  } catch (error) {
    if (error instanceof RestError && error.code === 'file_exists') return false;
    throw error;
  }
}

/**
 * Replaces a file with one commit.
 * @param baseSha the blob that it has: over another one, nothing is changed
 * @throws Error with a sentence for the user
 */
export async function replaceRawFile(file: RawFile, bytes: Blob, baseSha: string): Promise<void> {
  try {
    await put(file, bytes, baseSha);
  } catch (error) {
    if (error instanceof RestError && error.code === 'base_sha_conflict')
      throw new Error('Somebody else changed it meanwhile. Upload it again to replace that, too.');
    throw error;
  }
}

async function put(file: RawFile, bytes: Blob, baseSha: string): Promise<void> {
  const headers = { 'content-type': 'application/octet-stream' };
  await request(file, 'branch', { method: 'PUT', headers, body: bytes }, { base_sha: baseSha });
}

function request(
  { slug, workspaceId, path, branch, token }: RawFile,
  refName: 'ref' | 'branch',
  init: RequestInit,
  more: Record<string, string> = {},
): Promise<Response> {
  const query = { path, [refName]: branch, ...more };
  return restRequest({ slug, token, path: rawFilePath(workspaceId), query, init });
}
