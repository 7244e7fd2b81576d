import type { BranchQueue } from '../commits/branch-queue.js';
import type { DurableFiles } from '../durability/durable-files.js';
import { guardStorage } from '../durability/storage-error.js';
import type { NativeGit } from '../native/native-git.js';
import type { RefStore } from '../refs/ref-store.js';
import { ProcessGate, type ProcessSlots } from './process-gate.js';
import { advertiseReceive, type ReceiveRequest, receivePack } from './receive-pack.js';
import { advertiseUpload, type UploadRequest, uploadPack } from './upload-pack.js';

/** The two services of Git's wire protocol: `git-upload-pack` answers clones and fetches, `git-receive-pack` pushes. */
export type GitServiceName = 'git-upload-pack' | 'git-receive-pack';

/** Limits how many Git processes run for clients, in all and for each; shared by all repositories of a store. */
export class ServiceGates {
  readonly fetches: ProcessGate;
  readonly pushes: ProcessGate;

  /** @param createSlots default there is no limit */
  constructor(createSlots?: () => ProcessSlots) {
    this.fetches = new ProcessGate(createSlots?.());
    this.pushes = new ProcessGate(createSlots?.());
  }
}

/** What a {@link GitService} works with. */
export interface ServiceDeps {
  native: NativeGit;
  queue: BranchQueue;
  gates: ServiceGates;
  /** The id of the repository, which is the prefix of its keys in `queue`. */
  id: string;
  files: DurableFiles;
  refs: RefStore;
}

/**
 * Serves one repository to Git clients. It implements Git's protocol, and knows neither HTTP nor users: `client` is a text that
 * is the same for all requests of one of them. Every method throws `overloaded` when too many clients are served at the same
 * time, and `rate_limited` when too many requests of the client wait.
 * @see https://git-scm.com/docs/gitprotocol-pack
 */
export class GitService {
  readonly #deps: ServiceDeps;

  constructor(deps: ServiceDeps) {
    this.#deps = deps;
  }

  /**
   * The refs and capabilities with which a fetch begins.
   * @param protocol the header `Git-Protocol`, if any
   */
  advertiseUpload(client: string, protocol: string | undefined, signal: AbortSignal): Promise<Buffer> {
    const { native, gates, files } = this.#deps;
    return guardStorage(() =>
      gates.fetches.run(client, signal, () => advertiseUpload(native, files.gitdir, protocol)),
    );
  }

  /** Answers one request of a fetch. @throws DomainError `invalid_request`, `payload_too_large` */
  upload(client: string, request: UploadRequest): Promise<void> {
    const { native, gates, files } = this.#deps;
    const { signal } = request.watchdog;
    return gates.fetches.run(client, signal, () => uploadPack(native, files.gitdir, request));
  }

  /** The refs and capabilities with which a push begins. */
  advertiseReceive(client: string, signal: AbortSignal): Promise<Buffer> {
    const { native, gates, files } = this.#deps;
    return guardStorage(() => gates.pushes.run(client, signal, () => advertiseReceive(native, files.gitdir)));
  }

  /** Receives one push. @throws DomainError `invalid_request`, `payload_too_large` */
  receive(client: string, request: ReceiveRequest): Promise<void> {
    const { gates } = this.#deps;
    return guardStorage(() =>
      gates.pushes.run(client, request.watchdog.signal, () => receivePack(this.#deps, request)),
    );
  }
}
