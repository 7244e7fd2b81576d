import { Connection, type ConnectionOptions } from './connection.js';
import { type CellExecution, type CellRequest, executeCell } from './execute-cell.js';
import {
  type NotebookAddress,
  type NotebookSave,
  type ReadNotebook,
  readNotebook,
  type SavedNotebook,
  saveNotebook,
} from './save-notebook.js';
import type { TypedText } from './typed-text.js';

export { ApiError } from './api-error.js';
export type { ConnectionOptions } from './connection.js';
export type { CellEvent, CellExecution, CellRequest } from './execute-cell.js';
export * from './generated/operations.js';
export type {
  NotebookAddress,
  NotebookConflict,
  NotebookSave,
  ReadNotebook,
  SavedNotebook,
} from './save-notebook.js';
export type { TypedText } from './typed-text.js';

/** A client of one gateway, for Node and browsers. */
export interface NotebookClient {
  /** Runs any query or mutation. @throws ApiError; the error of `fetch` */
  request<Data, Variables>(
    text: TypedText<Data, Variables>,
    variables: Variables,
    signal?: AbortSignal,
  ): Promise<Data>;
  /** Opens any subscription, which ends when the gateway ends it. @throws ApiError; the error of `fetch` */
  subscribe<Data, Variables>(
    text: TypedText<Data, Variables>,
    variables: Variables,
    signal?: AbortSignal,
  ): AsyncGenerator<Data, void, undefined>;
  /** Runs a cell and follows it to its end, through restarts of the gateway. */
  executeCell(request: CellRequest): CellExecution;
  /** Reads a notebook with the `sha` that a save needs. */
  readNotebook(address: NotebookAddress, signal?: AbortSignal): Promise<ReadNotebook>;
  /** Saves a notebook; a conflict goes to `onConflict`. */
  saveNotebook(save: NotebookSave): Promise<SavedNotebook>;
}

/**
 * Creates a client. Nothing is sent until it is used.
 * @example
 * const client = createNotebookClient({ url: 'http://127.0.0.1:4000', token });
 * for await (const event of client.executeCell({ spaceSlug: 'demo', sessionId, code: '6 * 7' })) console.log(event);
 */
export function createNotebookClient(options: ConnectionOptions): NotebookClient {
  const connection = new Connection(options);
  return {
    request: (...given) => connection.request(...given),
    subscribe: (...given) => connection.subscribe(...given),
    executeCell: (request) => executeCell(connection, request),
    readNotebook: (address, signal) => readNotebook(connection, address, signal),
    saveNotebook: (save) => saveNotebook(connection, save),
  };
}
