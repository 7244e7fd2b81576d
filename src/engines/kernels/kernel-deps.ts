import type { JupyterEndpoint } from './jupyter-endpoint.js';
import type { JupyterRest } from './jupyter-rest.js';
import type { ParseData } from './read-message.js';
import type { WriteData } from './write-message.js';

/** What a `KernelConnection` needs. */
export interface KernelDeps {
  endpoint: JupyterEndpoint;
  rest: JupyterRest;
  /** The kernel's id and the name of its kernelspec. */
  model: { id: string; name: string };
  /** Whether the kernel runs a cell now: then it cannot answer, and the connection is ready when its socket is open. */
  busy: boolean;
  /** The session id of the connection. */
  clientId: string;
  /**
   * Connects through the relay of the worker, which sends what it has after a position. `runId` is the `messageId` of the run
   * that is going to be resumed: all messages wait until `execute` is called; without a `runId`, and where the relay says that
   * the kernel has not got this run, until `onOtherEvent` is. `attachedState` is what a kernel does that runs already; a new
   * kernel has none, and its messages do not wait. `owner` is the number of the ownership of this process; the relay refuses one
   * that is lower than that of an earlier connection.
   */
  relay?: { after: number; owner: number; runId?: string; attachedState?: string };
  /** How long the server may answer nothing before the kernel counts as lost; in milliseconds. */
  maxSilenceMs: number;
  /** How the data of the user's own in messages is parsed; default `JSON.parse`. */
  parseData?: ParseData;
  /** How data in messages to the kernel is written; default `JSON.stringify`. */
  writeData?: WriteData;
  /** Whether the kernel was started for this connection; otherwise it may have widgets that this connection has not seen. */
  isNew: boolean;
}
