import type { RequestContext } from '../context.js';
import { type FileContent, readContent, type UnreadableContent } from './file-content.js';
import type { FileServices } from './file-services.js';
import type { FileSource } from './file-target.js';
import { type FileLocation, locateFile } from './locate-file.js';

/** A file and its content at a ref. */
export type FileSnapshot = (FileContent | UnreadableContent) & FileLocation;

/**
 * Reads one file at a ref.
 * @throws DomainError `unreadable_file`, and what {@link locateFile} throws
 */
export async function readSnapshot(
  services: FileServices,
  ctx: RequestContext,
  target: FileSource,
  request: { ref: string; path: string },
): Promise<FileSnapshot> {
  const { location, bytes } = await locateFile(services, target, request);
  return { ...(await readContent(services, ctx, request.path, bytes)), ...location };
}
