import { join } from 'node:path';
import { DomainError } from '../../../errors.js';
import type { DurableFiles } from '../durability/durable-files.js';
import { tempFolder, tempName } from '../durability/temp-name.js';
import type { NativeGit } from '../native/native-git.js';
import { Quarantine } from '../packs/quarantine.js';
import { BodyReader } from './body-reader.js';
import { checkConnected, checkHistory } from './check-history.js';
import { checkObjects } from './check-objects.js';
import { hiddenRefs } from './hidden-refs.js';
import { indexPack } from './index-pack.js';
import { moveRefs, type PushTarget, refuseStale } from './move-refs.js';
import { PackObjects } from './pack-objects.js';
import { PushOutcome } from './push-outcome.js';
import { PushRefused } from './push-refused.js';
import { PushReport } from './push-report.js';
import { type RefCommand, readPushRequest } from './push-request.js';
import { applyRules, type PushPolicy, refOf } from './push-rules.js';
import type { Transfer } from './transfer.js';

/** The parts of a repository that a push needs. */
export interface ReceiveDeps extends PushTarget {
  native: NativeGit;
  files: DurableFiles;
}

/** One push: its limits, and what its caller decides. */
export interface ReceiveRequest extends Transfer {
  /** The maximum size of the pack in bytes. */
  maxBytes: number;
  /** What the caller may push at this moment. Called before the pack is read, and again before any ref moves. */
  authorize(): Promise<PushPolicy>;
  /** Receives the branches that were created, moved or deleted. The client gets its report afterwards. */
  moved(branches: { name: string; isDeleted: boolean }[]): Promise<void>;
  /** Receives the reason for which a pack was refused, in Git's own words, for the log. */
  onRefused(error: PushRefused): void;
  /** Receives a failure of the gateway itself, for the log. */
  onError(error: unknown): void;
}

/** The refs and capabilities with which a push begins: Git's own, because every one of them is supported here. */
export function advertiseReceive(native: NativeGit, gitdir: string): Promise<Buffer> {
  const args = ['receive-pack', '--stateless-rpc', '--advertise-refs', gitdir];
  const config = { ...hiddenRefs, 'receive.advertisePushOptions': 'true' };
  return native.run(args, { config, timeoutMs: 60_000 });
}

/**
 * Receives one push: the server's side of Git's protocol, with the same checks and the same moves of refs as a save.
 * Nobody can see any part of the push before its objects are complete, checked and on disk. Then the refs move.
 * @throws DomainError `invalid_request`, `payload_too_large`; the client finds every other failure in its report
 * @see https://git-scm.com/docs/gitprotocol-pack#_pushing_data_to_a_server
 */
export async function receivePack(deps: ReceiveDeps, request: ReceiveRequest): Promise<void> {
  // The client reads the reason for a refusal only after it has sent its whole pack, so a pack over the limit is read on.
  const body = new BodyReader(watched(request), 2 * request.maxBytes);
  const push = await readPushRequest(body);
  if (push.commands.length === 0 && push.fault === null) return body.drop();
  const outcome = new PushOutcome(push);
  const report = new PushReport(request.output, push.capabilities);
  let unpack = 'ok';
  try {
    try {
      if (push.fault !== null) throw new PushRefused(push.fault);
      await receiveCommands(deps, request, outcome, body);
    } catch (error) {
      unpack = logFailure(error, request);
      outcome.refuseAll(reasonOf(error));
      await body.drop();
    }
    await request.moved(branchesOf(outcome.moved)).catch(request.onError);
    report.finish(unpack, outcome.results());
  } finally {
    report.stop();
  }
}

/**
 * Logs why a push failed.
 * @returns what the report says about the pack
 * @throws the error itself when the client has left or does not move, because nobody reads a report then
 */
function logFailure(error: unknown, { watchdog, onRefused, onError }: ReceiveRequest): string {
  if (error instanceof PushRefused) {
    onRefused(error);
    return error.message;
  }
  if (watchdog.signal.aborted) throw error;
  onError(error);
  return 'ok';
}

/** What the client reads about an error, on one line. */
function reasonOf(error: unknown): string {
  const isPublic = error instanceof PushRefused || error instanceof DomainError;
  return isPublic ? error.message.replace(/\s+/g, ' ') : 'something went wrong here; try again';
}

async function receiveCommands(
  deps: ReceiveDeps,
  request: ReceiveRequest,
  outcome: PushOutcome,
  body: BodyReader,
): Promise<void> {
  const { native, files } = deps;
  const { signal } = request.watchdog;
  applyRules(outcome, await request.authorize());
  await refuseStale(deps, outcome);
  if (outcome.open.length === 0) return body.drop();
  const hasPack = outcome.open.some(({ to }) => to !== null);
  const quarantine = await createQuarantine(files);
  try {
    const pack = new PackObjects(native, files.gitdir, quarantine, signal);
    if (hasPack) {
      const { gitdir } = files;
      await indexPack(native, body.rest(), { gitdir, quarantine, maxBytes: request.maxBytes, signal });
      await checkConnected(pack, outcome);
      await checkObjects(pack);
    }
    await body.drop();
    const policy = await request.authorize();
    applyRules(outcome, policy);
    const nonFastForward = await checkHistory(pack, outcome, policy);
    signal.throwIfAborted();
    if (outcome.open.length === 0) return;
    if (hasPack) await quarantine.publish();
    await moveRefs(deps, { policy, nonFastForward }, outcome);
  } finally {
    await quarantine.remove();
  }
}

async function createQuarantine(files: DurableFiles): Promise<Quarantine> {
  const { gitdir, owner } = files;
  const folder = join(gitdir, tempFolder, tempName((await owner.instance()).id));
  return Quarantine.create({ folder, gitdir, sync: (paths) => files.sync(paths) });
}

async function* watched({ input, watchdog }: ReceiveRequest): AsyncGenerator<Buffer> {
  watchdog.wait();
  for await (const chunk of input) {
    watchdog.touch(chunk.length);
    yield chunk;
    watchdog.wait();
  }
  watchdog.work();
}

function branchesOf(commands: RefCommand[]): { name: string; isDeleted: boolean }[] {
  return commands.flatMap(({ ref, to }) => {
    const found = refOf(ref);
    return found?.kind === 'branch' ? { name: found.name, isDeleted: to === null } : [];
  });
}
