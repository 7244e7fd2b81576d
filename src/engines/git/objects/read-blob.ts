import { notFound } from '../../../errors.js';
import type { ObjectStore } from './object-store.js';

/** The bytes of a blob, which must not be changed. @throws DomainError `not_found` */
export async function readBlob(objects: ObjectStore, oid: string): Promise<Buffer> {
  const object = await objects.read(oid);
  if (object?.type !== 'blob') throw notFound('The blob');
  return object.bytes;
}
