import { demo } from '../../prisma/seed.js';
import { type Caller, callDemo, sendJson } from './demo-requests.js';
import { readEvents } from './sse.js';

/** A worker as REST shows it. */
export interface WorkerState {
  id: string;
  status: string;
  status_reason: string | null;
  progress: { percent: number; message: string };
}

/** Starts and reads the workers of the demo workspace, and runs cells on them, over REST. */
export class WorkerClient {
  readonly #gateway: () => Caller;

  /** @param gateway where the gateway listens now, as it may be another one after it was killed */
  constructor(gateway: () => Caller) {
    this.#gateway = gateway;
  }

  /** Sends a request to the gateway. @param path from the host on */
  send(method: string, path: string, body?: object): Promise<Response> {
    return sendJson(this.#gateway(), method, path, body);
  }

  /** Sends a request to the space `demo`. */
  call(method: string, path: string, body?: object): Promise<Response> {
    return callDemo(this.#gateway(), method, path, body);
  }

  /** All workers, also those that have ended. */
  async workers(): Promise<WorkerState[]> {
    const answer = await this.call('GET', '/workers?include_stopped=true');
    return ((await answer.json()) as { items: WorkerState[] }).items;
  }

  async find(id: string): Promise<WorkerState> {
    return (await this.workers()).find((one) => one.id === id)!;
  }

  async start(): Promise<WorkerState> {
    const answer = await this.call('POST', '/workers', { workspace_id: demo.workspaceId });
    return (await answer.json()) as WorkerState;
  }

  async openSession(): Promise<{ id: string; worker_id: string }> {
    const answer = await this.call('POST', '/sessions', { workspace_id: demo.workspaceId });
    return (await answer.json()) as { id: string; worker_id: string };
  }

  /** Runs a cell; the answer streams its events. */
  run(session: string, code: string): Promise<Response> {
    return this.call('POST', `/sessions/${session}/execute/stream`, { code });
  }

  /** Runs a cell to its end. @returns the text of its first output */
  async printed(session: string, code: string): Promise<string | undefined> {
    const events = await readEvents(await this.run(session, code));
    return events.find(({ data }) => data.type === 'stream')?.data.text;
  }
}
