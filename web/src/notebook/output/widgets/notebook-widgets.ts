import type { NotebookKernel } from '../../kernel/notebook-kernel.js';
import type { ApiRequests } from '../../storage/api-requests.js';
import { SessionComms } from './session-comms.js';

/** This many sessions of a notebook are followed for their widgets: the caller's, and the newest ones of others. */
const maxSessions = 8;

/** A session that has a widget. */
export interface WidgetSession {
  comms: SessionComms;
  /** Whether the caller may not change its widgets. */
  isReadOnly: boolean;
}

/** The widgets of the sessions of a notebook. Nothing is followed before a widget is shown, or after the last one is gone. */
export class NotebookWidgets {
  readonly #api: Pick<ApiRequests, 'subscribe' | 'mutate'>;
  readonly #kernel: Pick<NotebookKernel, 'sessions' | 'getState' | 'subscribe'>;
  readonly #spaceSlug: string;
  /** By id, the caller's first. */
  #sessions = new Map<string, WidgetSession>();
  readonly #listeners = new Set<() => void>();
  #stop: (() => void) | undefined;

  constructor(
    api: Pick<ApiRequests, 'subscribe' | 'mutate'>,
    kernel: Pick<NotebookKernel, 'sessions' | 'getState' | 'subscribe'>,
    spaceSlug: string,
  ) {
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

  /**
   * The session whose kernel has a model; undefined where none has. A kernel chooses the ids of its models, so that one of
   * another user may use those of the caller's too: the caller's sessions come first.
   * @param sessionId the session that made the output, and no other; empty where that is not known
   */
  find(modelId: string, sessionId: string): WidgetSession | undefined {
    const made = this.#sessions.get(sessionId);
    const candidates = sessionId === '' ? [...this.#sessions.values()] : made ? [made] : [];
    return candidates.find(({ comms }) => comms.models.has(modelId));
  }

  /** Ends the following of all sessions. */
  close(): void {
    this.#stop?.();
    this.#stop = undefined;
    for (const { comms } of this.#sessions.values()) comms.close();
    this.#sessions.clear();
  }

  #update(): void {
    const before = this.#sessions;
    this.#sessions = new Map();
    for (const { id, effectivePermissions } of this.#followed()) {
      const isReadOnly = !effectivePermissions.canEdit;
      const known = before.get(id);
      const target = { spaceSlug: this.#spaceSlug, sessionId: id };
      const comms = known?.comms ?? new SessionComms(this.#api, target, () => this.#notify());
      this.#sessions.set(id, known?.isReadOnly === isReadOnly ? known : { comms, isReadOnly });
    }
    for (const [id, { comms }] of before) if (!this.#sessions.has(id)) comms.close();
    const order = [...this.#sessions.values()];
    const isSame = order.length === before.size && [...before.values()].every((one, i) => one === order[i]);
    if (!isSame) this.#notify();
  }

  #followed() {
    // The newest one of others is the first.
    const live = this.#kernel.sessions.filter(({ status }) => status !== 'dead');
    const userId = this.#kernel.getState().session?.userId;
    const own = live.filter((one) => one.userId === userId);
    return [...own, ...live.filter((one) => one.userId !== userId)].slice(0, maxSessions);
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
