import type { WorkerProfile } from '../worker-spec.js';

/** The images that containers of workers may run. References are compared as they are written, also by digest. */
export class AllowedImages {
  readonly #fallback: string | undefined;
  readonly #allowed: ReadonlySet<string>;

  /**
   * @param config.image the image of profiles that name none; it is allowed
   * @param config.allowedImages the other images that profiles may name
   */
  constructor(config: { image: string | undefined; allowedImages: readonly string[] }) {
    this.#fallback = config.image;
    this.#allowed = new Set(config.image ? [config.image, ...config.allowedImages] : config.allowedImages);
  }

  /** The image of a profile, or one sentence that says why there is none and what to do. */
  imageOf(profile: Pick<WorkerProfile, 'image'> | undefined): { image: string } | { reason: string } {
    const image = profile?.image ?? this.#fallback;
    if (!image) return { reason: 'No worker image is configured; set WORKER_IMAGE.' };
    if (this.#allowed.has(image)) return { image };
    return { reason: 'The image of this profile is not allowed; add it to WORKER_IMAGES.' };
  }
}
