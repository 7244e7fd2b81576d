import { isLosslessNumber } from 'lossless-json';
import { mostFaults, mostNesting } from './limits.js';
import type { NotebookFault } from './notebook-fault.js';

/**
 * Finds what no file can hold: texts with lone surrogates, which UTF-8 does not have, and nesting that cannot be read
 * back.
 * @returns at most {@link mostFaults}; none for what is safe to walk through recursively
 */
export function storageFaults(value: unknown): NotebookFault[] {
  const faults: NotebookFault[] = [];
  const path: (string | number)[] = [];
  visit(value);
  return faults;

  function visit(part: unknown): void {
    if (faults.length === mostFaults) return;
    if (typeof part === 'string') checkText(part);
    if (typeof part !== 'object' || part === null || isLosslessNumber(part)) return;
    if (path.length === mostNesting) {
      faults.push({ path: [...path], msg: `must not nest deeper than ${mostNesting}`, type: 'too_deep' });
      return;
    }
    if (Array.isArray(part)) {
      for (const [index, item] of part.entries()) visitMember(index, item);
    } else {
      for (const [key, member] of Object.entries(part)) {
        checkText(key);
        visitMember(key, member);
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
