import { EventEmitter } from 'node:events';

/** Told what happened; must not throw and must not wait. */
export type Listener<T> = (event: T) => void;

/** What happened to a workspace. */
export type WorkspaceChangeKind = 'created' | 'updated' | 'access_changed' | 'archived' | 'unarchived';

/** What is published, by topic. Events say what changed; subscribers read the state itself. */
export interface Topics {
  /** An execution's log grew or ended; the key is the execution's id. */
  execution: { executionId: string };
  /** A workspace, its sharing or its archiving changed; the key is the workspace's id. */
  workspace: { workspaceId: string; spaceId: string; change: WorkspaceChangeKind };
  /** An execution was queued, began or ended; the key is its id. */
  executionStatus: { executionId: string };
  /** A branch's index reached a new tip, by a save or by a push; the key is the repository's id. */
  commit: { repositoryId: string; branch: string; commitOid: string };
  /** A repository's maintenance began, went on or ended; the key is the repository's id. */
  maintenance: { repositoryId: string };
  /** The remote of a repository was set, removed or synced; the key is the repository's id. */
  remote: { repositoryId: string };
  /** A worker's status or progress changed; the key is the worker's id. */
  worker: { workerId: string };
  /** A session's status changed; the key is the session's id. */
  session: { sessionId: string };
}

/** In-process publish and subscribe. A listener is called once per event, synchronously, in order. */
export interface EventBus {
  publish<K extends keyof Topics>(topic: K, key: string, event: Topics[K]): void;
  /** Listens to one key, or with `*` to all keys of a topic. Returns the function that ends it. */
  subscribe<K extends keyof Topics>(topic: K, key: string, listener: Listener<Topics[K]>): () => void;
  /** How many listen to one key, or with `*` to all keys of a topic. */
  listenerCount(topic: keyof Topics, key: string): number;
}

/** Makes an {@link EventBus}. */
export function createEventBus(): EventBus {
  const emitter = new EventEmitter().setMaxListeners(0);
  return {
    publish(topic, key, event) {
      emitter.emit(`${topic}:${key}`, event);
      emitter.emit(`${topic}:*`, event);
    },
    subscribe(topic, key, listener) {
      const name = `${topic}:${key}`;
      emitter.on(name, listener);
      return () => emitter.off(name, listener);
    },
    listenerCount: (topic, key) => emitter.listenerCount(`${topic}:${key}`),
  };
}
