import { Worker } from 'node:worker_threads';
import type { Encoding } from '../../http/accepted-encoding.js';

/** The bytes of the explorer's page, which all answers share. */
export interface PreparedPage {
  bodies: Record<Encoding, Uint8Array<ArrayBuffer>>;
  /** A short hash of the page. */
  digest: string;
  contentSecurityPolicy: string;
}

/**
 * Builds and compresses the page of the explorer in a thread that ends after it: to load and to hash nine megabytes would keep
 * other requests waiting for a tenth of a second.
 * @throws Error what `buildExplorerPage` throws
 */
export function prepareExplorerPage(): Promise<PreparedPage> {
  const isSource = import.meta.url.endsWith('.ts');
  const { href } = new URL(`explorer-page-thread.${isSource ? 'ts' : 'js'}`, import.meta.url);
  const load = `import(${JSON.stringify(href)})`;
  // Threads of Node do not inherit the loader that runs the sources.
  const script = isSource
    ? `import('tsx/esm/api').then(({ register }) => { register(); return ${load}; })`
    : load;
  const thread = new Worker(script, { eval: true });
  return new Promise((resolve, reject) => {
    thread.once('message', resolve).once('error', reject);
    thread.once('exit', () =>
      reject(new Error('The thread that builds the explorer ended without its page.')),
    );
  });
}
