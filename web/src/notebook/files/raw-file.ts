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

/** Reads the bytes of a file. @throws Error with a sentence for the user */
export async function readRawFile(file: RawFile): Promise<Blob> {
  return (await request(file, 'ref', {})).blob();
}

/**
 * Creates a file with one commit.
 * @throws Error with a sentence for the user, also where the path exists
 */
export async function createRawFile(file: RawFile, bytes: Blob): Promise<void> {
  const headers = { 'content-type': 'application/octet-stream' };
  await request(file, 'branch', { method: 'PUT', headers, body: bytes }, { base_sha: '0'.repeat(40) });
}

async function request(
  { slug, workspaceId, path, branch, token }: RawFile,
  refName: 'ref' | 'branch',
  { headers, ...init }: RequestInit,
  more: Record<string, string> = {},
): Promise<Response> {
  const query = new URLSearchParams({
    path,
    ...(branch === undefined ? {} : { [refName]: branch }),
    ...more,
  });
  const base = `/api/v1.0/engagement/spaces/${encodeURIComponent(slug)}/notebooks`;
  const url = `${base}/workspaces/${encodeURIComponent(workspaceId)}/raw-file?${query}`;
  const response = await fetch(url, { ...init, headers: { ...headers, authorization: `Bearer ${token}` } });
  if (response.ok) return response;
  const fault = (await response.json().catch(() => null)) as { detail?: string } | null;
  throw new Error(fault?.detail ?? `The gateway answered with the status ${response.status}.`);
}
