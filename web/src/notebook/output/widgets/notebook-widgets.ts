import type { NotebookKernel } from '../../kernel/notebook-kernel.js';
import type { ApiRequests } from '../../storage/api-requests.js';
import { SessionComms } from './session-comms.js';

/** This many sessions of a notebook are followed for their widgets: the caller's, and those of others. */
const maxSessions = 8;

/** A session that has a widget. */
export interface WidgetSession {
  comms: SessionComms;
  /** Whether the caller may not change its widgets. */
  isReadOnly: boolean;
}

/** The widgets of the sessions of a notebook. Nothing is followed before a widget is shown, or after the last one is gone. */
export class NotebookWidgets {
  readonly #api: ApiRequests;
  readonly #kernel: NotebookKernel;
  readonly #spaceSlug: string;
  readonly #sessions = new Map<string, WidgetSession>();
  readonly #listeners = new Set<() => void>();
  #stop: (() => void) | undefined;

  constructor(api: ApiRequests, kernel: NotebookKernel, spaceSlug: string) {
    this.#api = api;
    this.#kernel = kernel;
    this.#spaceSlug = spaceSlug;
  }

  /** Calls a function when {@link find} may have another answer. @returns what ends that */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (!this.#stop) {
      this.#stop = this.#kernel.subscribe(() => this.#update());
      this.#update();
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.close();
    };
  };

  /** The session whose kernel has a model; undefined where none has. */
  find(modelId: string): WidgetSession | undefined {
    return [...this.#sessions.values()].find(({ comms }) => comms.models.has(modelId));
  }

  /** Ends the following of all sessions. */
  close(): void {
    this.#stop?.();
    this.#stop = undefined;
    for (const { comms } of this.#sessions.values()) comms.close();
    this.#sessions.clear();
  }

  #update(): void {
    const live = this.#kernel.sessions.filter(({ status }) => status !== 'dead').slice(-maxSessions);
    const ids = new Set(live.map(({ id }) => id));
    const gone = [...this.#sessions].filter(([id]) => !ids.has(id));
    for (const [id, { comms }] of gone) {
      comms.close();
      this.#sessions.delete(id);
    }
    let isOther = gone.length > 0;
    for (const { id, effectivePermissions } of live) {
      const isReadOnly = !effectivePermissions.canEdit;
      const known = this.#sessions.get(id);
      if (known?.isReadOnly === isReadOnly) continue;
      const target = { spaceSlug: this.#spaceSlug, sessionId: id };
      const comms = known?.comms ?? new SessionComms(this.#api, target, () => this.#notify());
      this.#sessions.set(id, { comms, isReadOnly });
      isOther = true;
    }
    if (isOther) this.#notify();
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
