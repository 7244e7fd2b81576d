import type { EventBus } from '../engines/events/event-bus.js';
import type { KernelConnection } from '../engines/kernels/kernel-connection.js';
import { DurablePositions } from './durable-positions.js';
import type { ExecutionEvent } from './execution-event.js';
import { isOutput, LateOutput, type LateOutputDeps } from './late-output.js';
import { OutputOwners } from './output-owners.js';
import { executionOfParent } from './widgets/comm-message-id.js';
import { KernelWidgets } from './widgets/kernel-widgets.js';

/** What {@link KernelOutputs} work with. */
export interface KernelOutputsDeps extends Pick<LateOutputDeps, 'prisma' | 'executionLog' | 'log'> {
  /** See `LateOutputDeps.endWritten`. */
  endWritten(sessionId: string, executionId: string): Promise<void>;
  bus: EventBus;
}

interface Kept {
  sessionId: string;
  positions: DurablePositions;
  owners: OutputOwners;
  late: LateOutput;
  widgets: KernelWidgets;
}

/**
 * What this process keeps for each connected kernel beside its runs: its late output, its widgets, and what of it all is
 * durable. What a comm message of a client causes is late output of the execution that opened the comm.
 */
export class KernelOutputs {
  readonly #kernels = new Map<KernelConnection, Kept>();

  readonly #deps: KernelOutputsDeps;

  constructor(deps: KernelOutputsDeps) {
    this.#deps = deps;
  }

  /** Takes the late output of a session's kernel until that is dead. */
  connected(sessionId: string, kernel: KernelConnection): void {
    const { endWritten, bus, ...deps } = this.#deps;
    const positions = new DurablePositions((position) => kernel.relay?.acknowledge(position));
    const late = new LateOutput({
      ...{ ...deps, sessionId, positions },
      endWritten: (executionId) => endWritten(sessionId, executionId),
    });
    const widgets = new KernelWidgets(kernel, () => bus.publish('comms', sessionId, { sessionId }));
    const owners = new OutputOwners({ prisma: deps.prisma, sessionId, positions });
    this.#kernels.set(kernel, { sessionId, positions, owners, late, widgets });
    kernel.onOtherEvent((cause, event, position) =>
      owners.find(cause, position, (parentId) =>
        late.add(executionOfParent(parentId) ?? parentId, widgets.take(parentId, event), position),
      ),
    );
    kernel.onStatus((status) => {
      if (status === 'dead') void this.#close(kernel);
    });
  }

  /** What is durable of a connected kernel; undefined when it is dead. */
  positions(kernel: KernelConnection): DurablePositions | undefined {
    return this.#kernels.get(kernel)?.positions;
  }

  /** The widgets of a connected kernel; undefined when it is dead. */
  widgets(kernel: KernelConnection): KernelWidgets | undefined {
    return this.#kernels.get(kernel)?.widgets;
  }

  /** Resolves when all late output of a session's dead kernels is written. */
  async closed(sessionId: string): Promise<void> {
    const isDead = ([kernel, kept]: [KernelConnection, Kept]) =>
      kept.sessionId === sessionId && kernel.status === 'dead';
    await Promise.all([...this.#kernels].filter(isDead).map(([kernel]) => this.#close(kernel)));
  }

  /** Resolves when all late output until now is written. */
  async close(): Promise<void> {
    await Promise.all([...this.#kernels.keys()].map((kernel) => this.#close(kernel)));
  }

  async #close(kernel: KernelConnection): Promise<void> {
    const kept = this.#kernels.get(kernel);
    await kept?.owners.found();
    await kept?.late.close();
    this.#kernels.delete(kernel);
  }
}

/**
 * Whether an event is output of what a comm message does whose comm an execution has opened. While that runs, it is part of its
 * run: a log has the messages of its kernel in their order.
 */
export function isCausedBy(executionId: string, event: ExecutionEvent, parentMessageId: string): boolean {
  return isOutput(event) && executionOfParent(parentMessageId) === executionId;
}
