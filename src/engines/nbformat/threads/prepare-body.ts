import { FieldError, invalidField } from '../../../errors.js';
import { fileLimits, JsonBounds, smallLimits } from '../../../validation/json-bounds.js';
import { CellBatches, NeedsWhole, parsedJson } from '../cell-batches.js';
import { encodeAndAnswer } from '../encode-notebook.js';
import { parseRequestJson } from '../json.js';
import { isJsonObject } from '../json-object.js';
import type { JsonObject } from '../json-value.js';
import { normalizeNotebook } from '../normalize-notebook.js';
import { encodeInBatches } from '../notebook-batches.js';
import { writeJson } from '../write-json.js';
import { threadRefusalOf } from './thread-refusal-of.js';
import type { BodyParts, PreparedParts, ThreadAnswer } from './thread-task.js';

/**
 * The levels of a body in which notebooks are looked for: `payload.variables.input.changes[0].create.notebook` of a message over
 * WebSocket is at the last.
 */
const maxDepth = 7;

/** Texts of so many characters are handed over beside the JSON, so that nothing has to parse them again. */
const minAside = 64 * 1024;

/** An escaped surrogate; one that is alone is no text that a file can store. */
const escapedSurrogate = /\\u[dD][89a-fA-F]/;

/** What a body may have beside its notebooks; one of its texts may be a whole file. */
const outerLimits = { ...smallLimits, stringBytes: fileLimits.stringBytes };

/**
 * Parses the JSON of a body, and validates and encodes the notebooks in it.
 * @param mark begins the strings that stand for parts of the body, see `ThreadAnswer`
 * @throws DomainError `invalid_request`
 */
export function prepareBody(bytes: Uint8Array, mark: string): ThreadAnswer {
  const text = decode(bytes);
  const { outer, ...parts } = inBatches(text, mark) ?? asWhole(text, mark);
  const json = writeJson(outer).toString();
  refuseExcess(json);
  return { kind: 'body', outer: json, ...parts };
}

interface Prepared extends BodyParts {
  /** The body with marks in place of its parts. */
  outer: unknown;
}

/** Null for a body that has to be read as a whole: above all one without a large valid notebook. */
function inBatches(text: string, mark: string): Prepared | null {
  try {
    if (escapedSurrogate.test(text)) return null;
    const batches = CellBatches.of(text, maxDepth + 1);
    const parts = withoutParts(parsedJson(batches.outer), mark, (notebook) => {
      if (batches.indexOf(notebook.cells) === undefined) throw new NeedsWhole();
      return encodeInBatches(batches, notebook as JsonObject);
    });
    // All arrays of cells must have been those of notebooks.
    return parts.notebooks.length === batches.count ? parts : null;
  } catch (error) {
    if (error instanceof NeedsWhole) return null;
    throw error;
  }
}

function asWhole(text: string, mark: string): Prepared {
  return withoutParts(parseWhole(text), mark, (notebook) => {
    try {
      return encodeAndAnswer(normalizeNotebook(notebook));
    } catch (error) {
      return { refusal: threadRefusalOf(error) };
    }
  });
}

function withoutParts(
  body: unknown,
  mark: string,
  prepare: (notebook: Record<string, unknown>) => PreparedParts,
): Prepared {
  const notebooks: PreparedParts[] = [];
  const texts: string[] = [];
  return { outer: without(body, 0), notebooks, texts };

  function without(value: unknown, depth: number): unknown {
    // JSON cannot say it, and the field that gets it refuses it.
    if (Number.isNaN(value)) return `${mark}-`;
    if (typeof value === 'string' && value.length >= minAside) return `${mark}t${texts.push(value) - 1}`;
    if (depth > maxDepth || typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => without(item, depth + 1));
    if (!isJsonObject(value)) return value;
    if (isNotebook(value)) return `${mark}n${notebooks.push(prepare(value)) - 1}`;
    const entries = Object.entries(value).map(([key, member]) => [key, without(member, depth + 1)]);
    return Object.fromEntries(entries);
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw invalidJson();
  }
}

function parseWhole(text: string): unknown {
  try {
    return parseRequestJson(text);
  } catch {
    throw invalidJson();
  }
}

function invalidJson(): FieldError {
  return new FieldError('invalid_request', [
    { path: [], message: 'is not valid JSON in UTF-8', type: 'json_invalid' },
  ]);
}

/** Whatever name a client gives to a variable: what has cells and a version is a notebook. */
function isNotebook(value: Record<string, unknown>): boolean {
  return Array.isArray(value.cells) && 'nbformat' in value;
}

/** What remains is parsed once more by the thread that serves requests. */
function refuseExcess(outer: string): void {
  const excess = new JsonBounds(outerLimits).scan(Buffer.from(outer));
  if (excess) throw invalidField(excess.member === null ? [] : [excess.member], excess.message, excess.type);
}
