import { EventEmitter } from 'node:events';

/** Gets each event; must not throw and must not block. */
export type Listener<T> = (event: T) => void;

/** How a workspace changed. */
export type WorkspaceChangeKind = 'created' | 'updated' | 'access_changed' | 'archived' | 'unarchived';

/** The events by topic. An event only identifies what changed; subscribers read the new state themselves. */
export interface Topics {
  /** An execution's log grew or ended; the key is the execution's id. */
  execution: { executionId: string };
  /** A workspace, its sharing or its archiving changed; the key is the workspace's id. */
  workspace: { workspaceId: string; spaceId: string; change: WorkspaceChangeKind };
  /** An execution was queued, began or ended; the key is the execution's id. */
  executionStatus: { executionId: string };
  /** A run of a notebook began, queued a cell, is to be cancelled or ended; the key is the run's id. */
  notebookRun: { runId: string };
  /** A branch's index reached a new tip, by a save or by a push; the key is the repository's id. */
  commit: { repositoryId: string; branch: string; commitOid: string };
  /** A repository's maintenance began, progressed or ended; the key is the repository's id. */
  maintenance: { repositoryId: string };
  /** The remote of a repository was set, removed or synced; the key is the repository's id. */
  remote: { repositoryId: string };
  /** A worker's status or progress changed; the key is the worker's id. */
  worker: { workerId: string };
  /** A session's status changed; the key is the session's id. */
  session: { sessionId: string };
}

/** Publish and subscribe within this process. Calls each listener once per event, synchronously and in order. */
export class EventBus {
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  /** Calls the listeners of the key, then those of all keys of the topic. */
  publish<K extends keyof Topics>(topic: K, key: string, event: Topics[K]): void {
    this.#emitter.emit(`${topic}:${key}`, event);
    this.#emitter.emit(`${topic}:*`, event);
  }

  /** Listens to one key of a topic, or with `*` to all keys. Returns the function that stops it. */
  subscribe<K extends keyof Topics>(topic: K, key: string, listener: Listener<Topics[K]>): () => void {
    const name = `${topic}:${key}`;
    this.#emitter.on(name, listener);
    return () => this.#emitter.off(name, listener);
  }

  /** The number of listeners of one key, or with `*` of those that listen to all keys. */
  listenerCount(topic: keyof Topics, key: string): number {
    return this.#emitter.listenerCount(`${topic}:${key}`);
  }
}
