import { setTimeout as sleep } from 'node:timers/promises';
import { contentOf } from './content.js';
import { api, CutOff } from './killed-server.js';
import { count } from './ledger.js';
import type { SaveTarget } from './operations.js';
import type { ClientParts } from './saving-client.js';

/** The one file that all of these clients save on a branch. */
export const contendedPath = 'contended.txt';

/**
 * Reads and saves a file that others save as well until the gate ends: of those who save over the same blob, one may win.
 * That none was saved over another's head is seen later, in the parents of the commits.
 * @param parts.isRewritten whether others replace commits of the branch by force
 */
export async function runContendingClient(
  parts: ClientParts & { isRewritten: boolean },
  target: SaveTarget,
): Promise<void> {
  const { server, ledger, gate, random } = parts;
  const route = `${api}/workspaces/${target.workspaceId}/authoring-file`;
  let made = 0;

  async function save(): Promise<void> {
    const query = new URLSearchParams({ path: contendedPath, ref: target.branch });
    const read = await server.request('GET', `${route}?${query}`);
    const tag = `${target.folder}-${made++}`;
    const { body, oid } = contentOf(contendedPath, tag);
    const isNew = read.status === 404;
    const saved = await server.request(isNew ? 'POST' : 'PUT', isNew ? `${route}s` : route, {
      path: contendedPath,
      branch: target.branch,
      commit_message: tag,
      ...(isNew ? {} : { base_sha: read.json.sha }),
      ...body,
    });
    if (saved.status === 409) return count(ledger, 'contended, and lost with 409');
    // A push by force may take away the commit that made the file, after it was read here.
    if (saved.status === 404 && !isNew && parts.isRewritten) return count(ledger, 'contended, and gone');
    if (saved.status === 503) return count(ledger, 'refused with 503');
    if (saved.status > 201) {
      ledger.faults.push(`${tag} was answered with ${saved.status} ${saved.text.slice(0, 300)}`);
      return;
    }
    count(ledger, 'contended, and won');
    ledger.saves.push({
      repositoryId: target.repositoryId,
      branch: target.branch,
      tag,
      commitOid: saved.json.commit_sha,
      files: [{ path: contendedPath, oid, tag }],
      bases: isNew ? [] : [{ path: contendedPath, oid: read.json.sha }],
    });
  }

  async function step(): Promise<void> {
    if (!server.url()) return;
    try {
      for (let n = 0; n < 4; n++) await save();
    } catch (error) {
      if (!(error instanceof CutOff)) throw error;
    }
  }

  while (await gate.pass(step)) await sleep(server.url() ? 100 + random(600) : 10);
}
