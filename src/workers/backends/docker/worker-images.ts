import type { Logger } from 'pino';
import { withTimeLimit } from '../../../engines/events/with-time-limit.js';
import type { JupyterEndpoint } from '../../../engines/kernels/jupyter-endpoint.js';
import { DomainError } from '../../../errors.js';
import type { WorkerProfile } from '../../worker-spec.js';
import type { AllowedImages } from '../allowed-images.js';
import { ImageKernels } from '../image-kernels.js';
import type { DockerEngine } from './docker-engine.js';
import { readJsonLines } from './json-lines.js';

const maxPullMs = 10 * 60_000;
/** How long a pull that failed is reported before it is tried again. */
const failureMs = 60_000;

/** What the engine reports while it pulls an image. */
interface PullReport {
  id?: string;
  error?: string;
  progressDetail?: { current?: number; total?: number };
}

/** The images of workers on an engine. */
export class WorkerImages {
  /** When the last pull of an image failed. */
  readonly #failures = new Map<string, number>();
  readonly #kernels = new ImageKernels();
  readonly #deps: { engine: DockerEngine; allowed: AllowedImages; log: Logger };

  constructor(deps: { engine: DockerEngine; allowed: AllowedImages; log: Logger }) {
    this.#deps = deps;
  }

  /** The image of a profile. @throws DomainError `runtime_unavailable` when it is not allowed, or there is none */
  imageOf(profile: Pick<WorkerProfile, 'image'>): string {
    const found = this.#deps.allowed.imageOf(profile);
    if ('reason' in found) throw unusable(found.reason);
    return found.image;
  }

  /**
   * `null` when the engine has the image of a profile, and its kernel is not known to be missing there, or may pull the image;
   * else one sentence.
   * @throws DomainError `runtime_unavailable` when the engine does not answer, or the image is not allowed
   */
  async unavailableReason(profile: WorkerProfile): Promise<string | null> {
    const name = this.imageOf(profile);
    const failedAt = this.#failures.get(name) ?? Number.NEGATIVE_INFINITY;
    const image = await this.#deps.engine.image(name);
    if (image) return this.#kernels.unavailableReason(image.Id, profile);
    return Date.now() - failedAt > failureMs ? null : missing().message;
  }

  /**
   * Checks that the server of a container that has started has the kernel of its profile.
   * @throws DomainError `runtime_unavailable` with the reason `start_failed`
   */
  async checkKernel(profile: WorkerProfile, containerId: string, endpoint: JupyterEndpoint): Promise<void> {
    // The name may be that of another image by now.
    const container = await this.#deps.engine.inspect(containerId).catch(() => undefined);
    if (container) await this.#kernels.check(container.Image, profile, endpoint);
  }

  /**
   * Pulls an image unless the engine has it.
   * @param report called with the part that was downloaded, from 0 to 1
   * @throws DomainError `runtime_unavailable`, with the reason `image_missing` when it cannot be pulled; what `signal` was
   *   aborted with
   */
  async ensure(name: string, report: (part: number) => void, signal: AbortSignal): Promise<void> {
    if (await this.#deps.engine.hasImage(name)) return;
    try {
      await this.#pull(name, report, withTimeLimit(signal, maxPullMs));
      this.#failures.delete(name);
    } catch (err) {
      signal.throwIfAborted();
      this.#failures.set(name, Date.now());
      this.#deps.log.warn({ err, image: name }, 'the image of a worker could not be pulled');
      throw missing();
    }
  }

  async #pull(name: string, report: (part: number) => void, signal: AbortSignal): Promise<void> {
    const stream = await this.#deps.engine.pull(name, signal);
    const layers = new Map<string, { current: number; total: number }>();
    for await (const line of readJsonLines(stream)) {
      const { error, id, progressDetail } = line as PullReport;
      if (error !== undefined) throw new Error(error);
      if (id === undefined || !progressDetail?.total) continue;
      layers.set(id, { current: progressDetail.current ?? 0, total: progressDetail.total });
      const sums = { current: 0, total: 0 };
      for (const { current, total } of layers.values()) {
        sums.current += current;
        sums.total += total;
      }
      report(sums.current / sums.total);
    }
  }
}

function unusable(message: string): DomainError {
  return new DomainError('runtime_unavailable', message, { extra: { reason: 'image_missing' } });
}

function missing(): DomainError {
  return unusable(
    'The image of this profile is not on the Docker engine and cannot be pulled; add it there.',
  );
}
