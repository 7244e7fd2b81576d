import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { codeCell, codeNotebook } from '../support/factories/code-notebook.js';
import { type ChaosCell, makeCell } from './cell.js';
import { retryMs } from './cell-sender.js';
import type { Journals } from './journals.js';
import type { Random } from './random.js';
import type { ClientScene } from './session-client.js';

/** A notebook that was to be run, whether or not the answer came. */
export interface WholeNotebook {
  path: string;
  cells: ChaosCell[];
}

interface RunRow {
  id: string;
  status: string;
  saved: string | null;
  saveError: string | null;
}

const pauseMs = 3_000;
const ended = ['ok', 'error', 'failed', 'cancelled', 'timed_out'];

/** Runs whole notebooks, one after the other, each in a session of its own. */
export class NotebookClient {
  readonly notebooks: WholeNotebook[] = [];
  readonly #scene: ClientScene;
  readonly #random: Random;
  readonly #workspaceId: string;

  constructor(scene: ClientScene, random: Random, workspaceId: string) {
    this.#scene = scene;
    this.#random = random;
    this.#workspaceId = workspaceId;
  }

  /** Runs notebooks until that is over, and waits for the ends of all. */
  async run(): Promise<void> {
    while (!this.#scene.isOver()) {
      await this.#runOne(`chaos-whole-${this.notebooks.length}`);
      await sleep(this.#random.below(pauseMs));
    }
  }

  /** What the tables, the files of the cells and the saved notebooks say against the runs; empty when they are right. */
  async verify(sql: pg.Client, journals: Journals): Promise<string[]> {
    const faults: string[] = [];
    for (const { path, cells } of this.notebooks) {
      const { rows } = await sql.query<RunRow>(
        `SELECT "id", "status"::text, "savedCommitOid" AS "saved", "saveErrorCode" AS "saveError"
         FROM "NotebookRun" WHERE "path" = $1`,
        [path],
      );
      const written = await Promise.all(cells.map(({ journal }) => journals.read(journal)));
      const found = rows.length > 1 ? [`${rows.length} runs`] : [];
      written.forEach(({ begun }, i) => {
        if (begun > 1) found.push(`its cell ${i} ran ${begun} times`);
      });
      const run = rows[0];
      if (run && !ended.includes(run.status)) found.push(`it is ${run.status} for ever`);
      if (run?.status === 'ok') {
        const texts = written.map(({ text }) => text);
        if (run.saved === null && run.saveError === null) found.push('it is ok and saved nothing');
        if (run.saved !== null && !isEqual(await this.#savedTexts(path), texts))
          found.push('the saved outputs are not what its cells wrote');
      }
      faults.push(...found.map((fault) => `the run of ${path}: ${fault}`));
    }
    return faults;
  }

  async #runOne(name: string): Promise<void> {
    const path = `${name}.ipynb`;
    const cells = [0, 1, 2].map((i) => makeCell(i === 1 ? 'lines' : 'quick', this.#random, `${name}-${i}`));
    const notebook = codeNotebook(cells.map(({ code }, i) => codeCell(`cell-${i}`, code)));
    if (!(await this.#create({ path, notebook }))) return;
    this.notebooks.push({ path, cells });
    // Once: where no answer comes, nobody knows whether it runs.
    await this.#request('POST', '/runs', { workspace_id: this.#workspaceId, path });
    while (this.#scene.isUp() && !(await this.#hasEnded(path))) await sleep(4 * retryMs);
  }

  async #create(body: object): Promise<boolean> {
    while (this.#scene.isUp()) {
      const { status } = await this.#request('POST', `/workspaces/${this.#workspaceId}/files`, body);
      if (status === 201 || status === 409) return true;
      await sleep(retryMs);
    }
    return false;
  }

  /** Whether no run of a notebook goes on. */
  async #hasEnded(path: string): Promise<boolean> {
    const { status, body } = await this.#request('GET', `/runs?workspace_id=${this.#workspaceId}&size=100`);
    if (status !== 200) return false;
    const runs = (body.items as { path: string; status: string }[]).filter((run) => run.path === path);
    return runs.every((run) => ended.includes(run.status));
  }

  async #savedTexts(path: string): Promise<string[]> {
    const { body } = await this.#request('GET', `/workspaces/${this.#workspaceId}/file?path=${path}`);
    const cells = (body?.notebook?.cells ?? []) as { outputs: { text?: string }[] }[];
    return cells.map(({ outputs }) => outputs.map(({ text }) => text ?? '').join(''));
  }

  #request(method: string, path: string, body?: object) {
    return this.#scene.replicas.request(this.#random, method, path, body);
  }
}

function isEqual(some: string[], others: string[]): boolean {
  return JSON.stringify(some) === JSON.stringify(others);
}
