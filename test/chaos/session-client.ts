import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChaosCell, makeCell, nextCell } from './cell.js';
import { CellSender, retryMs } from './cell-sender.js';
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
  /** When its end was received, in ms since 1970. */
  endedAt?: number;
}

/** A restart of a session that a client asked for. */
export interface AskedRestart {
  session: string;
  /** In ms since 1970. */
  at: number;
}

/** A batch that queued nothing, or of which nobody knows what it queued. */
export interface UnknownBatch {
  session: string;
  cells: ChaosCell[];
  /** The code of its refusal; default nothing was answered. */
  refused?: string;
}

/** What a client works with. */
export interface ClientScene {
  replicas: Replicas;
  journals: Journals;
  /** All runs of all clients. */
  runs: ChaosRun[];
  /** The batches whose executions are not in `runs`. */
  batches: UnknownBatch[];
  restarts: AskedRestart[];
  /** Whether no more cells are to be sent. */
  isOver(): boolean;
  /** Whether what was sent may still end. */
  isUp(): boolean;
}

/** What late output may take, and a kernel may be stopped meanwhile. */
const maxLateMs = 8_000;
const rounds = [
  ['cells', 70],
  ['batch', 12],
  ['late', 10],
  ['input', 8],
] as const;
type Round = (typeof rounds)[number][0];

/** Runs cells in one session after the other, all of one notebook, and reads each run twice. */
export class SessionClient {
  #sent = 0;
  #next: Round;

  readonly #scene: ClientScene;
  readonly #random: Random;
  readonly #sender: CellSender;
  readonly #notebook: { workspace_id: string; path: string };

  /** @param number of the client, from 0: each of the first begins with another kind of round, so that none is left out */
  constructor(
    scene: ClientScene,
    random: Random,
    notebook: { workspace_id: string; path: string },
    number: number,
  ) {
    this.#next = rounds[number % rounds.length]![0];
    this.#scene = scene;
    this.#random = random;
    this.#sender = new CellSender(scene.replicas, random, scene.isUp);
    this.#notebook = notebook;
  }

  /** Sends cells until that is over, and follows all to their ends. */
  async run(): Promise<void> {
    while (!this.#scene.isOver()) {
      const session = await this.#openSession();
      if (session === undefined) return;
      await this.#runRound(session, this.#next);
      this.#next = this.#random.weighted(rounds);
      if (this.#random.below(6) === 0) await this.#restart(session);
    }
  }

  async #runRound(session: string, round: Round): Promise<void> {
    if (round === 'batch') return this.#runBatch(session);
    if (round === 'late') return this.#runLate(session);
    if (round === 'input') return this.#runCell(session, makeCell('input', this.#random, this.#nextName()));
    const count = 1 + this.#random.below(3);
    const cells = Array.from({ length: count }, () =>
      this.#runCell(session, nextCell(this.#random, this.#nextName())),
    );
    if (this.#random.below(15) === 0) await this.#restart(session);
    await Promise.all(cells);
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
    this.#scene.restarts.push({ session, at: Date.now() });
    await this.#request('POST', `/sessions/${session}/restart`);
  }

  async #runBatch(session: string): Promise<void> {
    const count = 2 + this.#random.below(3);
    const cells = Array.from({ length: count }, () => nextCell(this.#random, this.#nextName()));
    // A batch has one time limit for all of its cells.
    for (const cell of cells) if (cell.kind === 'endless') Object.assign(cell, this.#quickCell());
    const { ids, refused } = await this.#sender.sendBatch(session, cells);
    if (!ids) {
      this.#scene.batches.push({ session, cells, refused });
      return;
    }
    const queued = ids.map((id, i): ChaosRun => ({ id, session, cell: cells[i]!, readers: [] }));
    this.#scene.runs.push(...queued);
    await Promise.all(queued.map((run) => this.#follow(run)));
  }

  #quickCell(): ChaosCell {
    return { timeoutSeconds: undefined, ...makeCell('quick', this.#random, this.#nextName()) };
  }

  /** Waits until the late output is there, because a child process prints into the cell that runs then. */
  async #runLate(session: string): Promise<void> {
    const cell = makeCell('late', this.#random, this.#nextName());
    await this.#runCell(session, cell);
    const end = Date.now() + maxLateMs;
    const { journals } = this.#scene;
    while (Date.now() < end && !(await journals.read(cell.journal)).isWhole) await sleep(retryMs);
  }

  async #runCell(session: string, cell: ChaosCell): Promise<void> {
    const run: ChaosRun = { id: randomUUID(), session, cell, readers: [] };
    this.#scene.runs.push(run);
    run.refused = await this.#sender.send(run.id, session, cell);
    if (!run.refused) await this.#follow(run);
  }

  async #follow(run: ChaosRun): Promise<void> {
    const { replicas, journals, isUp } = this.#scene;
    const [one, other] = (['rest', 'graphql'] as const).map(
      (transport) => new RunReader(transport, replicas, this.#random.fork(), run),
    ) as [RunReader, RunReader];
    run.readers = [one, other];
    const first = this.#random.pick(run.readers);
    const whenFirst = first.read(isUp).then(async () => {
      if (!first.hasEnded) return;
      run.endedAt = Date.now();
      run.writtenAtEnd = (await journals.read(run.cell.journal)).text;
    });
    const answering = run.cell.kind === 'input' ? this.#answer(run, first) : undefined;
    await Promise.all([whenFirst, (first === one ? other : one).read(isUp), answering]);
  }

  /** Answers a request for input until the run has ended: a gateway may lose an answer that it has taken. */
  async #answer({ id, session }: ChaosRun, reader: RunReader): Promise<void> {
    const path = `/sessions/${session}/executions/${id}/input`;
    while (!reader.hasEnded && !reader.fault && this.#scene.isUp()) {
      const asked = reader.events.findLast(({ type }) => type === 'input_request');
      if (asked) await this.#request('POST', path, { request_id: asked.requestId, value: 'answered' });
      await sleep(4 * retryMs);
    }
  }

  #nextName(): string {
    return `${this.#notebook.path.replace('.ipynb', '')}-${this.#sent++}`;
  }

  #request(method: string, path: string, body?: object) {
    return this.#scene.replicas.request(this.#random, method, path, body);
  }
}
