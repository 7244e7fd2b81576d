import { setTimeout as sleep } from 'node:timers/promises';
import { statusOf } from '../../src/error-status.js';
import type { ErrorCode } from '../../src/errors.js';
import type { ChaosCell } from './cell.js';
import type { Random } from './random.js';
import type { Replicas } from './replicas.js';

/** Waits between two tries of a request. */
export const retryMs = 150;
const executeCell = `mutation ($session: ID!, $input: ExecuteCellInput!) {
  executeCell(spaceSlug: "demo", sessionId: $session, input: $input) { id }
}`;
const executeCells = `mutation ($session: ID!, $input: ExecuteCellsInput!) {
  executeCells(spaceSlug: "demo", sessionId: $session, input: $input) { executions { id } }
}`;

/** The ids of what a batch queued, the code of its refusal, or neither where no answer came. */
export interface BatchAnswer {
  ids?: string[];
  refused?: string;
}

/** Sends cells to sessions, over REST and GraphQL. */
export class CellSender {
  readonly #replicas: Replicas;
  readonly #random: Random;
  readonly #isUp: () => boolean;

  /** @param isUp whether to try on */
  constructor(replicas: Replicas, random: Random, isUp: () => boolean) {
    this.#replicas = replicas;
    this.#random = random;
    this.#isUp = isUp;
  }

  /** Sends a cell until it is known whether it was accepted. @returns the code of a refusal */
  async send(id: string, session: string, cell: ChaosCell): Promise<string | undefined> {
    while (this.#isUp()) {
      const { status, code } = await (this.#random.below(2) === 0
        ? this.#sendRest(id, session, cell)
        : this.#sendGraph(id, session, cell));
      if (status === 200) return undefined;
      if (isRefusal(status)) return code;
      await sleep(retryMs);
    }
    return 'not_answered';
  }

  /** Sends cells as a batch, once: a second one would run them again. */
  async sendBatch(session: string, cells: readonly ChaosCell[]): Promise<BatchAnswer> {
    const input = { cells: cells.map(({ code }) => ({ code })) };
    const { status, code, data } = await this.#graph(executeCells, { session, input });
    if (isRefusal(status)) return { refused: code };
    const queued = data?.executeCells?.executions as { id: string }[] | undefined;
    return queued ? { ids: queued.map(({ id }) => id) } : {};
  }

  /** Sends it as a stream, which is left after the head of the answer. */
  async #sendRest(id: string, session: string, cell: ChaosCell): Promise<{ status: number; code: string }> {
    const sending = new AbortController();
    const limit = setTimeout(() => sending.abort(), 30_000);
    try {
      const response = await this.#replicas.open(this.#random, `/sessions/${session}/execute/stream`, {
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

  #sendGraph(id: string, session: string, cell: ChaosCell): Promise<{ status: number; code: string }> {
    const input = { code: cell.code, executionId: id, timeoutSeconds: cell.timeoutSeconds };
    return this.#graph(executeCell, { session, input });
  }

  async #graph(query: string, variables: object): Promise<{ status: number; code: string; data?: any }> {
    const { status, body } = await this.#replicas.request(this.#random, 'POST', '/graphql', {
      query,
      variables,
    });
    const error = body?.errors?.[0]?.extensions;
    return error
      ? { status: statusOf[error.code as ErrorCode], code: error.code }
      : { status, code: '', data: body?.data };
  }
}

function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 429;
}
