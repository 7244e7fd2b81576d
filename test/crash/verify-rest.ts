import { encodeNotebook } from '../../src/engines/nbformat/encode-notebook.js';
import { parseJson } from '../../src/engines/nbformat/json.js';
import { normalizeNotebook } from '../../src/engines/nbformat/normalize-notebook.js';
import { contentOf } from './content.js';
import { api, type KilledServer } from './killed-server.js';
import type { AcknowledgedSave } from './ledger.js';

const lanes = 4;

/**
 * Reads acknowledged saves through REST at their commits and compares the bytes.
 * @returns one sentence for each fault
 */
export async function verifyReads(server: KilledServer, saves: AcknowledgedSave[]): Promise<string[]> {
  const faults: string[] = [];
  const left = saves.flatMap(({ files, ...save }) => files.map((file) => ({ ...save, ...file })));
  async function lane(): Promise<void> {
    for (let file = left.pop(); file; file = left.pop()) {
      const route = file.path.endsWith('.ipynb') ? 'file' : 'authoring-file';
      const found = await read(server, file.repositoryId, route, file);
      const isWrong = file.oid === null ? found.status !== 404 : found.sha !== file.oid;
      if (isWrong) faults.push(`save ${file.tag}: REST reads ${file.path} as ${found.status} ${found.sha}`);
      else if (file.tag !== null && !found.bytes?.equals(contentOf(file.path, file.tag).bytes))
        faults.push(`save ${file.tag}: REST reads other bytes at ${file.path}`);
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane));
  return faults;
}

async function read(
  server: KilledServer,
  repositoryId: string,
  route: string,
  at: { path: string; commitOid: string },
): Promise<{ status: number; sha?: string; bytes?: Buffer }> {
  const workspaceId = server.workspaces.get(repositoryId)!;
  const query = new URLSearchParams({ path: at.path, ref: at.commitOid });
  const { status, text, json } = await server.request(
    'GET',
    `${api}/workspaces/${workspaceId}/${route}?${query}`,
  );
  if (status !== 200) return { status };
  if (route === 'authoring-file') return { status, sha: json.sha, bytes: Buffer.from(json.content) };
  const { notebook } = parseJson(text) as { notebook: unknown };
  return { status, sha: json.sha, bytes: Buffer.from(encodeNotebook(normalizeNotebook(notebook)).bytes) };
}
