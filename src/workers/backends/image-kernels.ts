import { LRUCache } from 'lru-cache';
import type { JupyterEndpoint } from '../../engines/kernels/jupyter-endpoint.js';
import { whyNoKernel } from '../../engines/kernels/why-no-kernel.js';
import { DomainError } from '../../errors.js';
import { probeServer } from '../servers/probe-server.js';
import type { WorkerProfile } from '../worker-spec.js';

const maxImages = 200;
const defaultMaxAgeMs = 10 * 60_000;

/**
 * The kernelspecs of the images of workers. An image says nowhere what it has, so the first server that starts from it is
 * asked. What a digest names stays the same; a tag may name another image later, so what is known of one is forgotten.
 */
export class ImageKernels {
  readonly #known = new LRUCache<string, readonly string[]>({ max: maxImages });
  readonly #maxAgeMs: number;

  /** @param options.maxAgeMs for how long the kernelspecs of a tag are known; default 10 minutes */
  constructor(options: { maxAgeMs?: number } = {}) {
    this.#maxAgeMs = options.maxAgeMs ?? defaultMaxAgeMs;
  }

  /** One sentence when it is known that an image lacks the kernel of a profile, else null. */
  unavailableReason(image: string, profile: WorkerProfile): string | null {
    const names = this.#known.get(keyOf(image, profile));
    return names ? whyNoKernel(profile.kernelName, names) : null;
  }

  /**
   * Checks that a server that has just started has the kernel of its profile. A server that does not say what it has passes.
   * @throws DomainError `runtime_unavailable` with the reason `start_failed`
   */
  async check(image: string, profile: WorkerProfile, endpoint: JupyterEndpoint): Promise<void> {
    const key = keyOf(image, profile);
    const known = this.#known.get(key);
    if (known && whyNoKernel(profile.kernelName, known) === null) return;
    const { kernelNames } = await probeServer(endpoint);
    if (kernelNames.length === 0) return;
    this.#known.set(key, kernelNames, { ttl: image.includes('sha256:') ? 0 : this.#maxAgeMs });
    const reason = whyNoKernel(profile.kernelName, kernelNames);
    if (reason) throw new DomainError('runtime_unavailable', reason, { extra: { reason: 'start_failed' } });
  }
}

/** Jupyter looks for kernelspecs where this variable says, too; the others that it follows are reserved. */
function keyOf(image: string, { environment }: WorkerProfile): string {
  return `${image}\0${environment.XDG_DATA_HOME ?? ''}`;
}
