import { DomainError } from '../../../errors.js';
import type { DockerEngine } from './docker-engine.js';
import { EngineError } from './engine-error.js';
import { gatewayLabels } from './worker-labels.js';

const bridge = 'com.docker.network.bridge';

/**
 * The one network of the workers that may reach other machines. Its bridge does not pass packets between containers, and
 * containers without the capability NET_RAW cannot forge the address of another one.
 */
export class WorkerNetwork {
  readonly name: string;
  readonly #engine: DockerEngine;
  readonly #gatewayId: string;
  #creating: Promise<void> | undefined;

  constructor(engine: DockerEngine, gatewayId: string) {
    this.#engine = engine;
    this.#gatewayId = gatewayId;
    this.name = `notebook-workers-${gatewayId}`;
  }

  /** Creates the network unless it exists. @throws DomainError `runtime_unavailable` */
  async ensure(): Promise<void> {
    if (await this.#exists()) return;
    // Two networks cannot have the same bridge, so of two creations at the same time one would fail.
    this.#creating ??= this.#create().finally(() => {
      this.#creating = undefined;
    });
    await this.#creating;
  }

  async #create(): Promise<void> {
    try {
      await this.#engine.createNetwork({
        Name: this.name,
        Driver: 'bridge',
        Labels: gatewayLabels(this.#gatewayId),
        Options: {
          [`${bridge}.enable_icc`]: 'false',
          // A name for the rules of the administrator; the system allows 15 characters.
          [`${bridge}.name`]: `nbw-${this.#gatewayId.slice(0, 8)}`,
        },
      });
    } catch (error) {
      // Another gateway of the same database may have been faster.
      if (!(error instanceof EngineError) || !(await this.#exists())) throw error;
    }
  }

  async #exists(): Promise<boolean> {
    const found = await this.#engine.network(this.name);
    if (found && found.Options?.[`${bridge}.enable_icc`] !== 'false') {
      const message =
        'The network of the workers does not keep them apart; remove it from the Docker engine.';
      throw new DomainError('runtime_unavailable', message);
    }
    return found !== undefined;
  }
}
