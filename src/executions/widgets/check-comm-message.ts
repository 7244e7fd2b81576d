import { isJsonObject } from '../../engines/nbformat/json-object.js';
import { invalidField } from '../../errors.js';
import { decodeBase64 } from '../../files/decode-base64.js';
import { checkText } from '../../validation/validate.js';
import { jsonSize } from '../event-codec.js';
import { controlPrefix } from './control-comm.js';

const maxNameLength = 200;
/** In characters of JSON. */
const maxData = 1_000_000;
const maxMetadata = 10_000;
const maxBuffers = 1_000;
/** Of all of a message together. Jupyter servers take no message of more than 10 MiB. */
const maxBufferBytes = 6 * 1024 * 1024;

/** The checks of the fields of a comm message. Each returns its value. @throws FieldError `invalid_request` */
export const checkCommMessage = {
  commId(value: string): string {
    const id = checkName(value, 'commId');
    if (id.startsWith(controlPrefix)) throw invalidField('commId', `must not begin with ${controlPrefix}`);
    return id;
  },
  target(type: unknown, value: string | null | undefined): string | null {
    const isOpen = type === 'comm_open';
    if (value == null && isOpen) throw invalidField('targetName', 'is needed to open a comm');
    if (value == null) return null;
    if (!isOpen) throw invalidField('targetName', 'is only for a comm that is opened');
    return checkName(value, 'targetName');
  },
  data: (value: unknown): Record<string, unknown> => checkObject(value, 'data', maxData),
  metadata: (value: unknown): Record<string, unknown> => checkObject(value, 'metadata', maxMetadata),
  bufferCount(value: readonly unknown[]): void {
    if (value.length > maxBuffers) throw invalidField('buffers', `must be at most ${maxBuffers}`, 'too_long');
  },
};

/**
 * Decodes the buffers of a comm message.
 * @throws FieldError `invalid_request` for more than 1,000 or 6 MiB, and for what is no base64
 */
export async function checkBuffers(texts: readonly string[]): Promise<Uint8Array[]> {
  checkCommMessage.bufferCount(texts);
  const size = texts.reduce((sum, { length }) => sum + (length / 4) * 3, 0);
  if (size > maxBufferBytes + 2 * texts.length)
    throw invalidField('buffers', `must have at most ${maxBufferBytes} bytes together`, 'too_long');
  const decoded: Uint8Array[] = [];
  for (const [i, text] of texts.entries()) {
    const bytes = await decodeBase64(text);
    if (!bytes) throw invalidField(['buffers', i], 'must be base64 with its padding');
    decoded.push(bytes);
  }
  return decoded;
}

function checkName(value: string, field: string): string {
  if (value === '') throw invalidField(field, 'must not be empty', 'too_short');
  return checkText(value, field, maxNameLength);
}

function checkObject(value: unknown, field: string, limit: number): Record<string, unknown> {
  if (!isJsonObject(value)) throw invalidField(field, 'must be an object');
  if (jsonSize(value) <= limit) return value;
  throw invalidField(field, `must have at most ${limit} characters of JSON`, 'too_long');
}
