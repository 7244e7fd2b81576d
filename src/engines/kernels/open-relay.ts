import { droppedMessage } from './dropped-message.js';
import type { KernelDeps } from './kernel-deps.js';
import { KernelRelay } from './kernel-relay.js';
import type { KernelState } from './kernel-state.js';

/**
 * Creates the relay's side of a connection, which changes the state of its kernel.
 * @param sendAgain sends the request of the run again, if one is not complete: it may have been lost with the socket before,
 *   and the relay passes it on once
 */
export function openRelay(
  { after, owner, runId, attachedState }: NonNullable<KernelDeps['relay']>,
  state: KernelState,
  sendAgain: () => void,
): KernelRelay {
  const relay: KernelRelay = new KernelRelay({
    after,
    owner,
    runId,
    isHeld: attachedState !== undefined,
    attached(isRestarting) {
      if (attachedState !== undefined) {
        const does = isRestarting ? 'restarting' : attachedState;
        state.attached(relay.hasRun ? 'busy' : does, relay.runFrom);
      }
      sendAgain();
    },
    lost: (lost) => state.received(droppedMessage(lost)),
    ended: (reason) => state.end(reason),
  });
  return relay;
}
