import { DomainError, FieldError, invalidField } from '../../../errors.js';
import { fileLimits, JsonBounds, smallLimits } from '../../../validation/json-bounds.js';
import { encodeAndAnswer } from '../encode-notebook.js';
import { parseJson, parseRequestJson } from '../json.js';
import { isJsonObject } from '../json-object.js';
import { mergeOutputs, type NotebookMerge } from '../merge-outputs.js';
import { normalizeNotebook } from '../normalize-notebook.js';
import { prepareRun } from '../prepare-run.js';
import { readNotebook } from '../read-notebook.js';
import { sourceHashes } from '../source-hashes.js';
import { UnreadableNotebookError } from '../unreadable-notebook-error.js';
import { writeJson } from '../write-json.js';
import type { PreparedParts, ThreadAnswer, ThreadRefusal, ThreadTask } from './thread-task.js';

/** The levels of a body in which notebooks are looked for: `variables.input.changes[0].create.notebook` is at the last. */
const maxDepth = 6;

/** Texts of so many characters are handed over beside the JSON, so that nothing has to parse them again. */
const minAside = 64 * 1024;

/**
 * Does a task: the whole work on one large notebook.
 * @throws Error what is no refusal
 */
export function runThreadTask(task: ThreadTask): ThreadAnswer {
  try {
    if (task.kind === 'read') return { kind: 'read', answer: writeJson(readNotebook(task.bytes)).toBytes() };
    if (task.kind === 'hashes') return { kind: 'hashes', hashes: sourceHashes(task.bytes) };
    if (task.kind === 'merge')
      return { kind: 'merge', merged: mergeOutputs(task.bytes, mergeOf(task.merge)) };
    if (task.kind === 'prepare') return { kind: 'prepare', prepared: prepareRun(task.bytes, task.selection) };
    return prepareBody(task.bytes, task.mark);
  } catch (error) {
    return { kind: 'refused', refusal: refusalOf(error) };
  }
}

function mergeOf(json: string): NotebookMerge {
  return parseJson(json) as unknown as NotebookMerge;
}

function prepareBody(bytes: Uint8Array, mark: string): ThreadAnswer {
  const notebooks: PreparedParts[] = [];
  const texts: string[] = [];
  const outer = writeJson(withoutNotebooks(parseBody(bytes), 0)).toString();
  refuseExcess(outer);
  return { kind: 'body', outer, notebooks, texts };

  function withoutNotebooks(value: unknown, depth: number): unknown {
    // JSON cannot say it, and the field that gets it refuses it.
    if (Number.isNaN(value)) return `${mark}-`;
    if (typeof value === 'string' && value.length >= minAside) return `${mark}t${texts.push(value) - 1}`;
    if (depth > maxDepth || typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => withoutNotebooks(item, depth + 1));
    if (!isJsonObject(value)) return value;
    if (isNotebook(value)) return `${mark}n${notebooks.push(prepare(value)) - 1}`;
    const entries = Object.entries(value).map(([key, member]) => [key, withoutNotebooks(member, depth + 1)]);
    return Object.fromEntries(entries);
  }
}

function parseBody(bytes: Uint8Array): unknown {
  try {
    return parseRequestJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new FieldError('invalid_request', [
      { path: [], message: 'is not valid JSON in UTF-8', type: 'json_invalid' },
    ]);
  }
}

/** Whatever name a client gives to a variable: what has cells and a version is a notebook. */
function isNotebook(value: Record<string, unknown>): boolean {
  return Array.isArray(value.cells) && 'nbformat' in value;
}

function prepare(value: unknown): PreparedParts {
  try {
    return encodeAndAnswer(normalizeNotebook(value));
  } catch (error) {
    return { refusal: refusalOf(error) };
  }
}

/** What a body may have beside its notebooks; one of its texts may be a whole file. */
const outerLimits = { ...smallLimits, stringBytes: fileLimits.stringBytes };

/** What remains is parsed once more by the thread that serves requests. */
function refuseExcess(outer: string): void {
  const excess = new JsonBounds(outerLimits).scan(Buffer.from(outer));
  if (excess) throw invalidField(excess.member === null ? [] : [excess.member], excess.message, excess.type);
}

/** @throws what is no `DomainError` */
function refusalOf(error: unknown): ThreadRefusal {
  if (!(error instanceof DomainError)) throw error;
  const { code, message } = error;
  return {
    code,
    message,
    faults: error instanceof FieldError ? [...error.faults] : null,
    why: error instanceof UnreadableNotebookError ? error.why : null,
  };
}
