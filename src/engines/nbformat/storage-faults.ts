import { isLosslessNumber } from 'lossless-json';
import { maxFaults, maxNesting } from './limits.js';
import type { NotebookFault } from './notebook-fault.js';

/**
 * Finds what a file cannot store: texts with lone surrogates, which UTF-8 cannot encode, and nesting that is too deep to be
 * read again.
 * @returns at most {@link maxFaults} faults; a value without faults is safe for recursion
 */
export function storageFaults(value: unknown): NotebookFault[] {
  const faults: NotebookFault[] = [];
  const path: (string | number)[] = [];
  visit(value);
  return faults;

  function visit(part: unknown): void {
    if (faults.length === maxFaults) return;
    if (typeof part === 'string') checkText(part);
    if (typeof part !== 'object' || part === null || isLosslessNumber(part)) return;
    if (path.length === maxNesting) {
      faults.push({ path: [...path], msg: `must not nest deeper than ${maxNesting}`, type: 'too_deep' });
      return;
    }
    if (Array.isArray(part)) {
      for (let index = 0; index < part.length; index++) visitMember(index, part[index]);
    } else {
      for (const key of Object.keys(part)) {
        checkText(key);
        visitMember(key, (part as Record<string, unknown>)[key]);
      }
    }
  }

  function visitMember(key: string | number, member: unknown): void {
    path.push(key);
    visit(member);
    path.pop();
  }

  function checkText(text: string): void {
    if (text.isWellFormed()) return;
    faults.push({ path: [...path], msg: 'must not contain lone surrogates', type: 'invalid_unicode' });
  }
}
