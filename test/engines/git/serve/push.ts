import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { createWatchdog } from '../../../../src/engines/events/watchdog.js';
import type { GitStore } from '../../../../src/engines/git/git-store.js';
import { flushLine, pktLine } from '../../../../src/engines/git/serve/pkt-line.js';
import type { PushPolicy } from '../../../../src/engines/git/serve/push-rules.js';

/** One push as a client could send it. */
export interface Push {
  /** `from to ref`, each id null where there is none. */
  commands: [from: string | null, to: string | null, ref: string][];
  pack: Buffer;
  capabilities?: string;
  policy?: Partial<PushPolicy>;
  maxBytes?: number;
  /** Called between the two halves of the pack. */
  halfWay?: () => Promise<void>;
}

const none = '0'.repeat(40);

/** Sends a push past HTTP to a store's repository and answers the report's text. */
export async function push(store: GitStore, id: string, sent: Push): Promise<string> {
  const { commands, pack, capabilities = 'report-status', maxBytes = 64 * 1024 * 1024 } = sent;
  const policy: PushPolicy = {
    allowNonFastForward: false,
    isPlaceholder: () => false,
    refuseBranch: () => null,
    deleteBranch: async (_name, remove) => ((await remove()) ? null : 'not removed'),
    ...sent.policy,
  };
  const lines = commands.map(([from, to, ref], n) =>
    pktLine(`${from ?? none} ${to ?? none} ${ref}${n === 0 ? `\0${capabilities}` : ''}\n`),
  );
  async function* input() {
    yield Buffer.concat([...lines, flushLine]);
    yield pack.subarray(0, pack.length / 2);
    await sent.halfWay?.();
    yield pack.subarray(pack.length / 2);
  }
  const output = new PassThrough();
  const chunks: Buffer[] = [];
  output.on('data', (chunk) => chunks.push(chunk));
  const errors: unknown[] = [];
  const watchdog = createWatchdog(new AbortController().signal);
  try {
    const service = await store.serve(id);
    await service.receive('somebody', {
      input: input(),
      output,
      watchdog,
      maxBytes,
      authorize: async () => policy,
      moved: async () => {},
      onRefused: () => {},
      onError: (error) => errors.push(error),
    });
  } finally {
    watchdog.stop();
  }
  output.end();
  await sleep(0);
  if (errors.length > 0) throw errors[0];
  return Buffer.concat(chunks).toString();
}
