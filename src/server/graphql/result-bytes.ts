import type { ExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import { encodeLongTexts } from '../../engines/nbformat/encode-long-texts.js';
import { stringifyJson } from '../../engines/nbformat/json.js';
import { writeJson } from '../../engines/nbformat/write-json.js';
import { maskError, maskResult } from './mask-error.js';

/** Streams may share a result, see `sharedExecution`: it is written once for all of them. */
const written = new WeakMap<object, Promise<Uint8Array>>();

/** A result as JSON in UTF-8, with number tokens and masked errors. Long texts are written in steps. */
export function resultBytes(result: ExecutionResult, log: Logger, requestId: string): Promise<Uint8Array> {
  const known = written.get(result);
  if (known) return known;
  const masked = maskResult(result, log, requestId);
  const bytes = write(masked).catch((error) =>
    Buffer.from(stringifyJson({ errors: [maskError(error, log, requestId).toJSON()] })),
  );
  // An error has the id of its request.
  if (!result.errors) written.set(result, bytes);
  return bytes;
}

async function write(result: ExecutionResult): Promise<Uint8Array> {
  return writeJson(result, await encodeLongTexts(result.data)).toBytesInSteps();
}
