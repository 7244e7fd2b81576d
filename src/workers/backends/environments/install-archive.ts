import { createWriteStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DomainError } from '../../../errors.js';
import { maxBuildMs, maxEnvironmentBytes, tookTooLong, tooLarge } from './build-limits.js';
import { pipFailed } from './pip-failed.js';

const fileName = 'packages.tar';

/** Packages as a tar archive, whose one folder `site` has them, and their programs in `site/bin`. */
export interface PackageArchive {
  /** Absolute path of the archive. */
  file: string;
  bytes: number;
}

/** An installation elsewhere. */
export interface RemoteInstallation {
  /** Absolute path of a new folder; see `EnvironmentRequest.install`. */
  directory: string;
  /** The environment variables of the worker: no error has their values. */
  environment: Record<string, string>;
  /** Added to the reason of a failure. */
  hint?: string;
  /** How long it may take; default 10 minutes. */
  maxMs?: number;
  /**
   * Installs the packages. Nothing of it runs on afterwards.
   * @param keep is to be called with the archive where pip succeeded
   * @returns whether it succeeded, and the end of its output
   */
  run(
    keep: (archive: Readable) => Promise<void>,
    signal: AbortSignal,
  ): Promise<{ succeeded: boolean; output: string }>;
}

/**
 * Installs packages where the gateway's disk is not seen, and keeps them as an archive. The time and the size
 * (4 GiB) are bounded.
 * @returns the bytes of the archive
 * @throws DomainError `runtime_unavailable` with the reason `environment_failed`; what `signal` was aborted with
 */
export async function installArchive(
  { directory, environment, hint = '', maxMs = maxBuildMs, run }: RemoteInstallation,
  signal: AbortSignal,
): Promise<number> {
  const site = join(directory, 'site');
  await mkdir(site, { recursive: true });
  const limit = AbortSignal.timeout(maxMs);
  const either = AbortSignal.any([signal, limit]);
  const keep = (archive: Readable) =>
    pipeline(archive, limitBytes(maxEnvironmentBytes), createWriteStream(join(site, fileName)), {
      signal: either,
    });
  try {
    const { succeeded, output } = await run(keep, either);
    if (!succeeded) throw pipFailed(output, { environment, hint });
    return (await archiveIn(site)).bytes;
  } catch (error) {
    signal.throwIfAborted();
    if (limit.aborted && !(error instanceof DomainError)) throw tookTooLong(maxMs, error);
    throw error;
  }
}

/** The archive of an environment. @param folder what `Environments.folderFor` returned */
export async function archiveIn(folder: string): Promise<PackageArchive> {
  const file = join(folder, fileName);
  return { file, bytes: (await stat(file)).size };
}

function limitBytes(maxBytes: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > maxBytes) done(tooLarge());
      else done(null, chunk);
    },
  });
}
