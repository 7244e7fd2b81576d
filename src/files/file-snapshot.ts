import type { NotebookServices } from '../notebooks/notebook-services.js';
import { type FileContent, parseContent, type UnreadableContent } from './file-content.js';
import type { FileSource } from './file-target.js';
import { type FileLocation, locateFile } from './locate-file.js';

/** A file and its content at a ref. */
export type FileSnapshot = (FileContent | UnreadableContent) & FileLocation;

/**
 * Reads one file at a ref.
 * @throws DomainError `unreadable_file`, and what {@link locateFile} throws
 */
export async function readSnapshot(
  services: NotebookServices,
  target: FileSource,
  request: { ref: string; path: string },
): Promise<FileSnapshot> {
  const { location, bytes } = await locateFile(services, target, request);
  return { ...parseContent(request.path, bytes), ...location };
}
