import { LRUCache } from 'lru-cache';
import type { JupyterEndpoint } from '../../engines/kernels/jupyter-endpoint.js';
import { whyNoKernel } from '../../engines/kernels/why-no-kernel.js';
import { DomainError } from '../../errors.js';
import { probeServer } from '../servers/probe-server.js';
import type { WorkerProfile } from '../worker-spec.js';

const maxImages = 200;
const defaultMaxAgeMs = 10 * 60_000;

/** What the servers of an image said. */
interface KnownKernels {
  names: readonly string[];
  /** When those that it lacks may have been added, in milliseconds; a server is asked again then. */
  lacksUntil: number;
}

/**
 * The kernelspecs of the images of workers. An image says nowhere what it has, so the first server that starts from it is
 * asked. What a digest names stays the same; a tag may name another image later, so what is known of one is forgotten. That a
 * kernel is missing is never known for longer. Of a profile with `XDG_DATA_HOME` nothing is known: Jupyter looks for kernelspecs
 * there too, which may be a folder of the branch. The other variables that it follows are reserved.
 */
export class ImageKernels {
  readonly #known = new LRUCache<string, KnownKernels>({ max: maxImages });
  readonly #maxAgeMs: number;

  /**
   * @param options.maxAgeMs for how long the kernelspecs of a tag are known, and that a kernel is missing; default 10 minutes
   */
  constructor(options: { maxAgeMs?: number } = {}) {
    this.#maxAgeMs = options.maxAgeMs ?? defaultMaxAgeMs;
  }

  /** One sentence when it is known that an image lacks the kernel of a profile, else null. */
  unavailableReason(image: string, profile: WorkerProfile): string | null {
    const known = hasOwnFolder(profile) ? undefined : this.#known.get(image);
    if (!known || performance.now() >= known.lacksUntil) return null;
    return whyNoKernel(profile.kernelName, known.names);
  }

  /**
   * Checks that a server that has just started has the kernel of its profile. A server that does not say what it has passes.
   * @throws DomainError `runtime_unavailable` with the reason `start_failed`
   */
  async check(image: string, profile: WorkerProfile, endpoint: JupyterEndpoint): Promise<void> {
    const isKnown = !hasOwnFolder(profile);
    const known = isKnown ? this.#known.get(image) : undefined;
    if (known && whyNoKernel(profile.kernelName, known.names) === null) return;
    const { kernelNames: names } = await probeServer(endpoint);
    if (names.length === 0) return;
    const ttl = image.includes('sha256:') ? 0 : this.#maxAgeMs;
    if (isKnown) this.#known.set(image, { names, lacksUntil: performance.now() + this.#maxAgeMs }, { ttl });
    const reason = whyNoKernel(profile.kernelName, names);
    if (reason) throw new DomainError('runtime_unavailable', reason, { extra: { reason: 'start_failed' } });
  }
}

function hasOwnFolder({ environment }: WorkerProfile): boolean {
  return environment.XDG_DATA_HOME !== undefined;
}
