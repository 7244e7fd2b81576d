import { ListenerSets } from './listener-sets.js';

/** Gets each event; must not throw and must not block. */
export type Listener<T> = (event: T) => void;

/** How a workspace changed. */
export type WorkspaceChangeKind =
  | 'created'
  | 'updated'
  | 'access_changed'
  | 'schedules_changed'
  | 'archived'
  | 'unarchived';

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
  /** Somebody has opened or left a workspace; the key is the workspace's id. */
  presence: { workspaceId: string };
  /** A worker's status or progress changed; the key is the worker's id. */
  worker: { workerId: string };
  /** Something happened on the comms of a session's kernel that somebody follows; the key is the session's id. */
  comms: { sessionId: string };
  /** A session's status changed; the key is the session's id. */
  session: { sessionId: string };
  /** An operation waits for the owner of the runtime; the key is the operation's id. */
  operation: { operationId: string };
  /** An operation has its answer; the key is the operation's id. */
  operationAnswer: { operationId: string };
  /** A session is watched at another gateway, or is not any more; the key is the session's id. */
  viewers: { sessionId: string; workerId: string | null; gateway: string; isWatched: boolean };
  /** The log of an execution is read or written at another gateway, or is not any more; the key is the execution's id. */
  logReaders: { executionId: string; gateway: string; isWatched: boolean };
}

/** Takes an event to the other processes on the same database. Returns immediately; must not throw. */
export type SendElsewhere = <K extends keyof Topics>(topic: K, key: string, event: Topics[K]) => void;

/**
 * Publish and subscribe. Calls each listener in this process once per event, synchronously and in order. Where several
 * processes share a database, an {@link EventLink} takes each event to the others as well. Some may get lost there: then
 * the listeners of {@link EventBus.onMissed} are called, and whoever follows something must read it again.
 */
export class EventBus {
  readonly #listeners = new ListenerSets();
  readonly #missed = new ListenerSets();
  #elsewhere: SendElsewhere | undefined;

  /** Sends what is published from now on to other processes too; undefined ends that. */
  sendElsewhere(send: SendElsewhere | undefined): void {
    this.#elsewhere = send;
  }

  /** Calls the listeners of the key, then those of all keys of the topic, here and in the other processes. */
  publish<K extends keyof Topics>(topic: K, key: string, event: Topics[K]): void {
    this.publishHere(topic, key, event);
    this.#elsewhere?.(topic, key, event);
  }

  /** {@link publish} for this process only, of what the others find out by themselves. */
  publishHere<K extends keyof Topics>(topic: K, key: string, event: Topics[K]): void {
    this.receive(topic, key, event);
    this.#listeners.call(`${topic}:here`, event);
  }

  /** {@link publish} for the other processes only. */
  publishElsewhere<K extends keyof Topics>(topic: K, key: string, event: Topics[K]): void {
    this.#elsewhere?.(topic, key, event);
  }

  /** Calls the listeners for an event that another process published. */
  receive<K extends keyof Topics>(topic: K, key: string, event: Topics[K]): void {
    this.#listeners.call(`${topic}:${key}`, event);
    this.#listeners.call(`${topic}:*`, event);
  }

  /**
   * Listens to one key of a topic, or with `*` to all keys, or with `here` to those that this process published. Returns the
   * function that stops it.
   */
  subscribe<K extends keyof Topics>(topic: K, key: string, listener: Listener<Topics[K]>): () => void {
    return this.#listeners.add(`${topic}:${key}`, listener);
  }

  /**
   * Listens for the moments when events of other processes may not have arrived here. The listener gets the time from which
   * on they are missing. Returns the function that stops it.
   */
  onMissed(listener: Listener<Date>): () => void {
    return this.#missed.add('missed', listener);
  }

  /** Calls the listeners of {@link onMissed}. */
  reportMissed(since: Date): void {
    this.#missed.call('missed', since);
  }

  /** The number of listeners of one key, or with `*` of those that listen to all keys. */
  listenerCount(topic: keyof Topics, key: string): number {
    return this.#listeners.count(`${topic}:${key}`);
  }
}
