import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { statusOf } from '../../src/error-status.js';
import type { ErrorCode } from '../../src/errors.js';
import { type ChaosCell, nextCell } from './cell.js';
import type { Journals } from './journals.js';
import type { Random } from './random.js';
import type { Replicas } from './replicas.js';
import { RunReader } from './run-reader.js';

/** A cell that a client sent, and what came of it. */
export interface ChaosRun {
  id: string;
  session: string;
  cell: ChaosCell;
  /** The code of the error with which it was refused for good; nobody followed it then. */
  refused?: string;
  readers: RunReader[];
  /** What its file had when its end was received. */
  writtenAtEnd?: string;
}

/** What a client works with. */
export interface ClientScene {
  replicas: Replicas;
  journals: Journals;
  /** All runs of all clients. */
  runs: ChaosRun[];
  /** Whether no more cells are to be sent. */
  isOver(): boolean;
  /** Whether what was sent may still end. */
  isUp(): boolean;
}

const retryMs = 150;
const executeCell = `mutation ($session: ID!, $input: ExecuteCellInput!) {
  executeCell(spaceSlug: "demo", sessionId: $session, input: $input) { id }
}`;

/** Runs cells in one session after the other, all of one notebook, and reads each run twice. */
export class SessionClient {
  #sent = 0;

  readonly #scene: ClientScene;
  readonly #random: Random;
  readonly #notebook: { workspace_id: string; path: string };

  constructor(scene: ClientScene, random: Random, notebook: { workspace_id: string; path: string }) {
    this.#scene = scene;
    this.#random = random;
    this.#notebook = notebook;
  }

  /** Sends cells until that is over, and follows all to their ends. */
  async run(): Promise<void> {
    while (!this.#scene.isOver()) {
      const session = await this.#openSession();
      if (session === undefined) return;
      const count = 1 + this.#random.below(3);
      const rounds = Array.from({ length: count }, () => this.#runCell(session));
      if (this.#random.below(15) === 0) await this.#restart(session);
      await Promise.all(rounds);
      if (this.#random.below(6) === 0) await this.#restart(session);
    }
  }

  async #openSession(): Promise<string | undefined> {
    while (this.#scene.isUp()) {
      const { status, body } = await this.#request('POST', '/sessions', this.#notebook);
      if (status === 200 || status === 201) return body.id;
      await sleep(retryMs);
    }
    return undefined;
  }

  async #restart(session: string): Promise<void> {
    await sleep(this.#random.below(500));
    await this.#request('POST', `/sessions/${session}/restart`);
  }

  async #runCell(session: string): Promise<void> {
    const cell = nextCell(this.#random, `${this.#notebook.path.replace('.ipynb', '')}-${this.#sent++}`);
    const run: ChaosRun = { id: randomUUID(), session, cell, readers: [] };
    this.#scene.runs.push(run);
    run.refused = await this.#submit(run);
    if (run.refused) return;
    const { replicas, journals, isUp } = this.#scene;
    const [one, other] = (['rest', 'graphql'] as const).map(
      (transport) => new RunReader(transport, replicas, this.#random.fork(), run),
    ) as [RunReader, RunReader];
    run.readers = [one, other];
    const first = this.#random.pick(run.readers);
    const whenFirst = first.read(isUp).then(async () => {
      if (first.hasEnded) run.writtenAtEnd = (await journals.read(cell.journal)).text;
    });
    await Promise.all([whenFirst, (first === one ? other : one).read(isUp)]);
  }

  /** Sends a cell until it is known whether it was accepted. @returns the code of a refusal */
  async #submit({ id, session, cell }: ChaosRun): Promise<string | undefined> {
    while (this.#scene.isUp()) {
      const { status, code } = await (this.#random.below(2) === 0
        ? this.#sendRest(id, session, cell)
        : this.#sendGraph(id, session, cell));
      if (status === 200) return undefined;
      if (status >= 400 && status < 500 && status !== 429) return code;
      await sleep(retryMs);
    }
    return 'not_answered';
  }

  /** Sends it as a stream, which is left at once. */
  async #sendRest(id: string, session: string, cell: ChaosCell): Promise<{ status: number; code: string }> {
    const sending = new AbortController();
    const limit = setTimeout(() => sending.abort(), 30_000);
    try {
      const response = await this.#scene.replicas.open(this.#random, `/sessions/${session}/execute/stream`, {
        method: 'POST',
        body: { code: cell.code, execution_id: id, timeout_seconds: cell.timeoutSeconds },
        signal: sending.signal,
      });
      const code = response.status === 200 ? '' : ((await response.json()) as { code: string }).code;
      return { status: response.status, code };
    } catch {
      return { status: 0, code: '' };
    } finally {
      clearTimeout(limit);
      sending.abort();
    }
  }

  async #sendGraph(id: string, session: string, cell: ChaosCell): Promise<{ status: number; code: string }> {
    const input = { code: cell.code, executionId: id, timeoutSeconds: cell.timeoutSeconds };
    const variables = { session, input };
    const { status, body } = await this.#request('POST', '/graphql', { query: executeCell, variables });
    const error = body?.errors?.[0]?.extensions;
    return error ? { status: statusOf[error.code as ErrorCode], code: error.code } : { status, code: '' };
  }

  #request(method: string, path: string, body?: object) {
    return this.#scene.replicas.request(this.#random, method, path, body);
  }
}
