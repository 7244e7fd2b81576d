import { setTimeout as sleep } from 'node:timers/promises';
import type { Gate } from './gate.js';
import { type Answer, api, CutOff, type KilledServer } from './killed-server.js';
import { count, type Ledger } from './ledger.js';
import {
  createOperation,
  type Operation,
  renameOperation,
  type SaveTarget,
  saveOperation,
  severalOperation,
} from './operations.js';
import { ownFiles } from './own-files.js';

/** The parts that all clients share. */
export interface ClientParts {
  server: KilledServer;
  ledger: Ledger;
  gate: Gate;
  random: (below: number) => number;
}

/** A client that creates, saves, renames and deletes files that no other client changes. */
export interface SavingClient {
  target: SaveTarget;
  /** What must be on the branch, once no request is pending. */
  files: ReturnType<typeof ownFiles>;
  /** Works until the gate ends. */
  run(): Promise<void>;
  /** Finds the result of the request that a kill cut off. @throws CutOff */
  resolvePending(): Promise<void>;
}

const burst = 12;
const maxFiles = 60;
/** A key is held for two minutes when its request dies. */
const heldMs = 125_000;

/**
 * Creates a {@link SavingClient}. It sends one request at a time and records each answer before the next. A request
 * that was cut off is sent again where it has a key; then its files must be as they were or as it wanted them.
 */
export function createSavingClient(parts: ClientParts, target: SaveTarget): SavingClient {
  const { server, ledger, gate, random } = parts;
  const files = ownFiles();
  let pending: Operation | undefined;
  let answered: { operation: Operation; answer: Answer } | undefined;
  let held: { operation: Operation; until: number }[] = [];
  let made = 0;

  const fault = (text: string) => ledger.faults.push(`${target.branch}/${target.folder}: ${text}`);
  const send = ({ method, path, body, key }: Operation) =>
    server.request(method, path, body, key ? { 'idempotency-key': key } : {});
  const isDone = (operation: Operation, { status, json }: Answer) =>
    status === operation.status && !json?.errors;

  function next(): Operation {
    const tag = `${target.folder}-${made++}`;
    const own = files.all();
    const any = () => own.splice(random(own.length), 1)[0]!;
    const choice = own.length === 0 ? 0 : own.length >= maxFiles ? 9 : random(10);
    if (choice < 3) return createOperation(target, tag, random(2) ? 'ipynb' : 'txt');
    if (choice < 7) return saveOperation(target, tag, any());
    if (choice < 8) return renameOperation(target, tag, any());
    return severalOperation(target, tag, own.length < 3 ? [] : [any(), any(), any()]);
  }

  function acknowledge(operation: Operation, { json }: Answer): void {
    const { tag, changes, method, key } = operation;
    files.adopt(operation, json.notebook_id ?? null);
    const file = json.path === undefined ? undefined : files.at(json.path);
    if (json.path !== undefined && file?.oid !== json.sha) fault(`${tag} was answered with blob ${json.sha}`);
    if (json.path !== undefined && file?.notebookId !== json.notebook_id)
      fault(`${tag} changed the notebook id`);
    ledger.saves.push({
      repositoryId: target.repositoryId,
      branch: target.branch,
      tag,
      commitOid: json.data ? json.data.commitFiles.commitSha : json.commit_sha,
      files: [...changes].map(([path, { after, tag }]) => ({ path, oid: after, tag })),
      bases: [...changes].flatMap(([path, { before }]) => (before ? [{ path, oid: before }] : [])),
    });
    count(ledger, json.data ? 'commits of several files' : key ? `${method} with a key` : method);
  }

  async function perform(operation: Operation): Promise<void> {
    pending = operation;
    const answer = await send(operation);
    if (isDone(operation, answer)) {
      pending = undefined;
      acknowledge(operation, answer);
      if (operation.key) answered = { operation, answer };
    } else if (answer.status === 503) count(ledger, 'refused with 503');
    else {
      pending = undefined;
      fault(`${operation.tag} was answered with ${answer.status} ${answer.text.slice(0, 300)}`);
    }
  }

  /** What the server has at a path; null where it has nothing. */
  async function oidAt(path: string): Promise<string | null> {
    const route = path.endsWith('.ipynb') ? 'file' : 'authoring-file';
    const query = new URLSearchParams({ path, ref: target.branch });
    const answer = await server.request('GET', `${api}/workspaces/${target.workspaceId}/${route}?${query}`);
    if (answer.status !== 200 && answer.status !== 404)
      fault(`reading ${path} was answered with ${answer.status}`);
    return answer.status === 200 ? answer.json.sha : null;
  }

  async function resolveOperation(operation: Operation): Promise<void> {
    if (operation.key) {
      const again = await send(operation);
      if (isDone(operation, again)) {
        pending = undefined;
        count(ledger, 'sent again with its key, and done');
        return acknowledge(operation, again);
      }
      if (again.json?.code !== 'idempotency_in_progress')
        fault(`${operation.tag}, sent again, was answered with ${again.status} ${again.text.slice(0, 300)}`);
      // Once: a kill during the reads below brings it here again, and its answer counts as of the first time.
      if (!held.some((one) => one.operation === operation))
        held.push({ operation, until: Date.now() + heldMs });
    }
    const found = new Map<string, string | null>();
    for (const path of operation.changes.keys()) found.set(path, await oidAt(path));
    const is = (side: 'before' | 'after') =>
      [...operation.changes].every(([path, change]) => found.get(path) === change[side]);
    pending = undefined;
    if (!is('before') && !is('after'))
      fault(`${operation.tag} is done in part: ${JSON.stringify([...found])}`);
    count(ledger, is('after') ? 'cut off, but done' : 'cut off, and not done');
    // It may be sent again once its key is free: its files are not used until then.
    if (operation.key) files.forget(operation);
    else if (is('after')) files.adopt(operation, null);
  }

  /** What was answered before the kill is answered alike; what was cut off may at last be sent again. */
  async function repeatKeys(): Promise<void> {
    if (answered) {
      const again = await send(answered.operation);
      if (again.status !== answered.answer.status || again.text !== answered.answer.text)
        fault(`${answered.operation.tag}, repeated, was answered with ${again.status} and not as before`);
      count(ledger, 'repeated with its key');
    }
    for (const one of held.filter(({ until }) => until < Date.now())) {
      const late = await send(one.operation);
      held = held.filter((other) => other !== one);
      count(ledger, 'sent again when the key was free');
      if (isDone(one.operation, late)) acknowledge(one.operation, late);
      else if (late.status !== 409 && late.status !== 404)
        fault(`${one.operation.tag}, sent again late, was answered with ${late.status}`);
    }
  }

  async function resolvePending(): Promise<void> {
    if (pending) {
      await resolveOperation(pending);
      await repeatKeys();
    }
  }

  async function step(): Promise<void> {
    if (!server.url()) return;
    try {
      await resolvePending();
      for (let n = 0; n < burst; n++) {
        await perform(next());
        if (pending) break;
        await sleep(random(8));
      }
    } catch (error) {
      if (!(error instanceof CutOff)) throw error;
    }
  }

  return {
    target,
    files,
    resolvePending,
    async run() {
      while (await gate.pass(step)) await sleep(server.url() ? 50 + random(300) : 10);
    },
  };
}
