import { SendCommDocument, SessionCommsDocument } from '../../../../generated/notebook.js';
import type { ApiRequests } from '../../storage/api-requests.js';
import { ModelStore } from './model-store.js';
import type { WidgetMessage } from './widget-messages.js';
import { type CommChange, readModels, type WidgetModelState } from './widget-models.js';

/** What follows the comms of a session. */
export interface CommFollower {
  /** All models are others now. */
  onModels(): void;
  onChange(change: CommChange): void;
}

/** The widgets of one session as its kernel has them, for all frames of the page. It follows the session while it is open. */
export class SessionComms {
  readonly #api: Pick<ApiRequests, 'subscribe' | 'mutate'>;
  readonly #target: { spaceSlug: string; sessionId: string };
  readonly #onModels: () => void;
  readonly #followers = new Set<CommFollower>();
  readonly #stop: () => void;
  #store = new ModelStore(new Map());

  /** @param onModels called when models came or went */
  constructor(
    api: Pick<ApiRequests, 'subscribe' | 'mutate'>,
    target: { spaceSlug: string; sessionId: string },
    onModels: () => void,
  ) {
    this.#api = api;
    this.#target = target;
    this.#onModels = onModels;
    this.#stop = api.subscribe(SessionCommsDocument, target, {
      onData: ({ sessionComms: event }) => {
        if (event.__typename === 'SessionWidgetState') this.#replace(readModels(event.state));
        else if (event.__typename === 'SessionCommMessage')
          this.#take({
            kind: event.type as CommChange['kind'],
            ...{ commId: event.commId, data: event.data, messageId: event.messageId },
            buffers: event.buffers ?? [],
          });
      },
      onFault: () => this.#replace(new Map()),
    });
  }

  /** The models now, at most 16 MiB. What happens on the comms changes them. */
  get models(): ReadonlyMap<string, WidgetModelState> {
    return this.#store.models;
  }

  /** Reports what happens. @returns what ends that */
  follow(follower: CommFollower): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  /** Sends a message to the kernel. @throws ApiRequestError */
  async send({ commId, data, buffers, messageId }: WidgetMessage): Promise<void> {
    const input = { type: 'comm_msg' as const, commId, data, buffers: [...buffers], messageId };
    await this.#api.mutate(SendCommDocument, { ...this.#target, input });
  }

  /** Ends the following. */
  close(): void {
    this.#stop();
    this.#followers.clear();
  }

  #replace(models: Map<string, WidgetModelState>): void {
    this.#store = new ModelStore(models);
    for (const follower of [...this.#followers]) follower.onModels();
    this.#onModels();
  }

  #take(change: CommChange): void {
    const hasOthers = this.#store.apply(change);
    for (const follower of [...this.#followers]) follower.onChange(change);
    if (hasOthers) this.#onModels();
  }
}
