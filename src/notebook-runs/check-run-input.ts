import type { PrismaService } from '../engines/database/prisma-service.js';
import { checkRef } from '../engines/git/check-ref.js';
import { stringifyJson } from '../engines/nbformat/json.js';
import { isJsonObject } from '../engines/nbformat/json-object.js';
import { invalidField } from '../errors.js';
import { checkCell } from '../executions/check-cell.js';
import { namedProfile } from '../workers/resolve-start.js';
import { checkNotebookPath } from './check-notebook-path.js';
import { checkSaveTo, type SaveTo } from './save-target.js';

/** How a notebook is run, where it may be run more than once. */
export interface RepeatableInput {
  path: string;
  /** A branch, tag or commit sha; default the workspace's branch. */
  ref?: string | null;
  /** An object of JSON values by name; default none. */
  parameters?: unknown;
  /** Where the executed notebook is saved; default the same path on the branch that is run. */
  saveTo?: SaveTo | null;
  /** Default the profile of the notebook's kernel, or the default profile. */
  kernelProfileId?: string | null;
  /** The time for the whole run; default no limit. */
  timeoutSeconds?: number | null;
  /** Whether the run goes on behind a cell that raises an exception; default false. */
  allowErrors?: boolean | null;
}

const maxParameterLength = 100_000;

/** The checks of an input for `checkAll`, without those that need the repository. Each throws a FieldError. */
export function runInputChecks(services: PrismaService, input: RepeatableInput) {
  const { path, ref, timeoutSeconds, parameters, saveTo, kernelProfileId } = input;
  return {
    path: () => checkNotebookPath(path),
    ref: () => ref != null && checkRef(ref),
    timeoutSeconds: () => (timeoutSeconds == null ? null : checkCell.timeoutSeconds(timeoutSeconds)),
    parameters: () => checkParameters(parameters),
    saveTo: () => checkSaveTo(saveTo ?? {}, path),
    kernelProfileId: () => kernelProfileId != null && namedProfile(services, kernelProfileId),
  };
}

/**
 * Checks the parameters of a run.
 * @param value default an empty object
 * @throws FieldError `invalid_request` unless it is an object of at most 100,000 characters of JSON
 */
export function checkParameters(value: unknown): Record<string, unknown> {
  const parameters = value ?? {};
  if (!isJsonObject(parameters)) throw invalidField('parameters', 'must be an object');
  if (stringifyJson(parameters).length <= maxParameterLength) return parameters;
  throw invalidField('parameters', `must have at most ${maxParameterLength} characters of JSON`, 'too_long');
}
