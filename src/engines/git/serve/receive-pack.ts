import type { Writable } from 'node:stream';
import { DomainError } from '../../../errors.js';
import type { DurableFiles } from '../durability/durable-files.js';
import type { NativeGit } from '../native/native-git.js';
import type { RefStore } from '../refs/ref-store.js';
import type { Watchdog } from '../watchdog.js';
import { BodyReader } from './body-reader.js';
import { checkConnected, checkHistory } from './check-history.js';
import { checkObjects } from './check-objects.js';
import { hiddenRefs } from './hidden-refs.js';
import { indexPack } from './index-pack.js';
import { moveRefs, refuseStale } from './move-refs.js';
import { PackObjects } from './pack-objects.js';
import { PushOutcome } from './push-outcome.js';
import { PushRefused } from './push-refused.js';
import { PushReport } from './push-report.js';
import { type RefCommand, readPushRequest } from './push-request.js';
import { applyRules, type PushPolicy, refOf } from './push-rules.js';
import type { Pusher, PushTurns } from './push-turns.js';
import { Quarantine } from './quarantine.js';

/** The parts of a repository that a push works with. */
export interface ReceiveParts {
  native: NativeGit;
  files: DurableFiles;
  refs: RefStore;
  turns: PushTurns;
}

/** Where a push comes from and goes to. */
export interface ReceiveRequest {
  pusher: Pusher;
  /** The inflated body. */
  input: AsyncIterable<Buffer>;
  output: Writable;
  watchdog: Watchdog;
  /** The largest pack, in bytes. */
  mostBytes: number;
  /** What the caller may do at this moment; asked before the pack is read, and again before anything moves. */
  authorize(): Promise<PushPolicy>;
  /** Told of the branches that were made, moved or deleted, before the client is. */
  moved(branches: { name: string; isDeleted: boolean }[]): Promise<void>;
  /** Told why git refused a pack, in git's own words. */
  onRefused(error: PushRefused): void;
  /** Told of a failure of ours. */
  onError(error: unknown): void;
}

/** The refs and capabilities with which a push begins: git's own, for we understand all that it offers. */
export function advertiseReceive(native: NativeGit, gitdir: string): Promise<Buffer> {
  const args = ['receive-pack', '--stateless-rpc', '--advertise-refs', gitdir];
  const config = { ...hiddenRefs, 'receive.advertisePushOptions': 'false' };
  return native.run(args, { config, timeoutMs: 60_000 });
}

/**
 * Takes one push: the receiving side of git's protocol, with the checks and the moves of refs that a save has. Nothing of
 * it can be seen before its objects are whole, checked and on disk; then the refs move.
 * @throws DomainError `invalid_request` before anything is answered; later failures are told in the report
 * @see https://git-scm.com/docs/gitprotocol-pack#_pushing_data_to_a_server
 */
export async function receivePack(parts: ReceiveParts, request: ReceiveRequest): Promise<void> {
  // A pack that is too large is read on for a while, so that its client gets to read why it is refused.
  const body = new BodyReader(watched(request), 2 * request.mostBytes);
  const push = await readPushRequest(body);
  if (push.commands.length === 0 && push.fault === null) return body.drop();
  const outcome = new PushOutcome(push);
  const report = new PushReport(request.output, push.capabilities);
  let unpack = 'ok';
  try {
    await carryOut(parts, request, { outcome, fault: push.fault }, body)
      // At once, for saves wait for it: not for the index, too.
      .finally(() => parts.turns.afterPush(request.pusher))
      .catch(async (error: unknown) => {
        if (error instanceof PushRefused) {
          unpack = error.message;
          request.onRefused(error);
        } else {
          // Its client has left, or stands still: nobody reads a report.
          if (request.watchdog.signal.aborted) throw error;
          request.onError(error);
        }
        outcome.refuseAll(reasonOf(error));
        await body.drop();
      });
    await request.moved(branchesOf(outcome.moved)).catch(request.onError);
    report.finish(unpack, outcome.results());
  } finally {
    report.stop();
  }
}

/** What the client reads of an error, on one line. */
function reasonOf(error: unknown): string {
  const isTold = error instanceof PushRefused || error instanceof DomainError;
  return isTold ? error.message.replace(/\s+/g, ' ') : 'something went wrong here; try again';
}

async function carryOut(
  parts: ReceiveParts,
  request: ReceiveRequest,
  { outcome, fault }: { outcome: PushOutcome; fault: string | null },
  body: BodyReader,
): Promise<void> {
  if (fault !== null) throw new PushRefused(fault);
  const { native, files, refs, turns } = parts;
  const { pusher, watchdog } = request;
  const { gitdir } = files;
  applyRules(outcome, await request.authorize());
  await refuseStale({ refs, turns, pusher }, outcome);
  if (outcome.open.length === 0) return body.drop();
  const hasPack = outcome.open.some(({ to }) => to !== null);
  const quarantine = await Quarantine.open(files);
  try {
    const pack = new PackObjects(native, gitdir, quarantine, watchdog.signal);
    if (hasPack) {
      await indexPack(native, body.rest(), {
        gitdir,
        quarantine,
        mostBytes: request.mostBytes,
        signal: watchdog.signal,
      });
      await checkConnected(pack, outcome);
      await checkObjects(pack);
    }
    await body.drop();
    const policy = await request.authorize();
    applyRules(outcome, policy);
    const losing = await checkHistory(pack, outcome, policy);
    watchdog.signal.throwIfAborted();
    if (outcome.open.length === 0) return;
    if (hasPack) await quarantine.publish();
    await moveRefs({ refs, turns, pusher, policy, losing }, outcome);
  } finally {
    await quarantine.remove();
  }
}

async function* watched({ input, watchdog }: ReceiveRequest): AsyncGenerator<Buffer> {
  for await (const chunk of input) {
    watchdog.touch();
    yield chunk;
  }
  watchdog.work();
}

function branchesOf(commands: RefCommand[]): { name: string; isDeleted: boolean }[] {
  return commands.flatMap(({ ref, to }) => {
    const found = refOf(ref);
    return found?.kind === 'branch' ? { name: found.name, isDeleted: to === null } : [];
  });
}
