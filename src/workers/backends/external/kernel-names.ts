import { rejectOnAbort } from '../../../engines/events/reject-on-abort.js';
import { whyNoKernel } from '../../../engines/kernels/why-no-kernel.js';

const maxAgeMs = 30_000;
const maxWaitMs = 3_000;

/** The kernelspecs of one Jupyter, asked at most every 30 s. */
export class KernelNames {
  #known: { names: Promise<string[]>; at: number } | undefined;

  readonly #read: () => Promise<string[]>;

  /** @param read asks for the names; must end by itself */
  constructor(read: () => Promise<string[]>) {
    this.#read = read;
  }

  /**
   * Why workers with a kernel cannot be started; null when the kernel is there, and when that is not known within 3 s.
   */
  async unavailableReason(kernelName: string): Promise<string | null> {
    const names = await rejectOnAbort(this.#names(), AbortSignal.timeout(maxWaitMs)).catch(() => null);
    return names && whyNoKernel(kernelName, names);
  }

  #names(): Promise<string[]> {
    const known = this.#known;
    if (known && performance.now() - known.at < maxAgeMs) return known.names;
    const names = this.#read();
    const entry = { names, at: performance.now() };
    this.#known = entry;
    // What failed is asked again by the next caller.
    names.catch(() => {
      if (this.#known === entry) this.#known = undefined;
    });
    return names;
  }
}
