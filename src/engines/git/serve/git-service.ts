import { DomainError } from '../../../errors.js';
import type { BranchQueue } from '../commits/branch-queue.js';
import type { DurableFiles } from '../durability/durable-files.js';
import { guardStorage } from '../durability/storage-error.js';
import type { NativeGit } from '../native/native-git.js';
import type { RefStore } from '../refs/ref-store.js';
import { ProcessGate } from './process-gate.js';
import { PushTurns } from './push-turns.js';
import { advertiseReceive, type ReceiveRequest, receivePack } from './receive-pack.js';
import { advertiseUpload, type UploadRequest, uploadPack } from './upload-pack.js';

/** The two halves of git's wire protocol: `git-upload-pack` serves clones and fetches, `git-receive-pack` pushes. */
export type GitServiceName = 'git-upload-pack' | 'git-receive-pack';

/**
 * Serves one repository to git clients. It knows git's protocol, neither HTTP nor who may do what. Every method throws
 * `storage_unavailable` when too many are served at once.
 */
export interface GitService {
  /**
   * The refs and capabilities with which a fetch begins.
   * @param protocol the header `Git-Protocol`, if any
   */
  advertiseUpload(userId: string, protocol: string | undefined, signal: AbortSignal): Promise<Buffer>;
  /** Answers a request of a fetch. @throws DomainError `invalid_request` */
  upload(request: UploadRequest): Promise<void>;
  /**
   * The refs and capabilities with which a push begins.
   * @param isBarred whether the user may not push to a branch
   */
  advertiseReceive(
    userId: string,
    isBarred: (branch: string) => boolean,
    signal: AbortSignal,
  ): Promise<Buffer>;
  /** Takes a push. @throws DomainError `invalid_request` */
  receive(userId: string, request: Omit<ReceiveRequest, 'pusher'>): Promise<void>;
}

/** The parts of the repository that is served. */
export interface ServedRepository {
  id: string;
  files: DurableFiles;
  refs: RefStore;
}

/**
 * Makes the {@link GitService} of any repository of one store; they share the bounds on processes.
 * @throws DomainError `storage_unavailable`, from what is returned, where there is no native git
 */
export function createGitServing(
  native: NativeGit | null,
  queue: BranchQueue,
): (repository: ServedRepository) => GitService {
  const fetches = new ProcessGate();
  const pushes = new ProcessGate();
  const turns = new PushTurns(queue);

  return ({ id, files, refs }) => {
    if (!native) throw gitMissing();
    const { gitdir } = files;
    const pusherOf = (userId: string) => ({ userId, repositoryId: id });

    async function fetchAdvertisement(userId: string, protocol: string | undefined): Promise<Buffer> {
      await turns.beforeFetch(pusherOf(userId));
      // Before git reads them: a tip that moves in between is taken for one that moved after.
      turns.afterFetch(pusherOf(userId), await refs.branches());
      return advertiseUpload(native!, gitdir, protocol);
    }

    async function pushAdvertisement(userId: string, isBarred: (branch: string) => boolean): Promise<Buffer> {
      const refsToPush = await advertiseReceive(native!, gitdir);
      turns.beforePush(
        pusherOf(userId),
        (await refs.branches()).filter(({ name }) => !isBarred(name)),
      );
      return refsToPush;
    }

    return {
      advertiseUpload: (userId, protocol, signal) =>
        guardStorage(() => fetches.run(signal, () => fetchAdvertisement(userId, protocol))),
      upload: (request) => fetches.run(request.watchdog.signal, () => uploadPack(native, gitdir, request)),
      advertiseReceive: (userId, isBarred, signal) =>
        guardStorage(() => pushes.run(signal, () => pushAdvertisement(userId, isBarred))),
      receive: (userId, request) =>
        guardStorage(() =>
          pushes.run(request.watchdog.signal, () =>
            receivePack({ native, files, refs, turns }, { ...request, pusher: pusherOf(userId) }),
          ),
        ),
    };
  };
}

function gitMissing(): DomainError {
  return new DomainError(
    'storage_unavailable',
    'Clone, fetch and push are off: this gateway has no git program of version 2.32 or newer.',
  );
}
