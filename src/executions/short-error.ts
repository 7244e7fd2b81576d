import type { KernelEvent } from '../engines/kernels/kernel-event.js';
import type { NotebookOutput } from './notebook-output.js';

type ErrorEvent = Extract<KernelEvent, { type: 'error' }>;

/** In characters. */
const maxName = 1_000;
const maxMessage = 64_000;
const maxLine = 2_000;
/** Of a longer traceback the first and the last lines are kept. */
const maxLines = 100;

/** The output of an exception, of at most about 260,000 characters: the middles of longer texts are left out. */
export function shortError({ ename, evalue, traceback }: ErrorEvent): {
  output: NotebookOutput;
  isCut: boolean;
} {
  const output = {
    ename: shorten(ename, maxName),
    evalue: shorten(evalue, maxMessage),
    traceback: shortenLines(traceback),
  };
  const isCut = ename !== output.ename || evalue !== output.evalue || traceback !== output.traceback;
  return { output: { output_type: 'error', ...output }, isCut };
}

function shorten(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const kept = maxLength >> 1;
  const middle = `\n[… ${text.length - 2 * kept} characters are left out here …]\n`;
  return text.slice(0, kept) + middle + text.slice(-kept);
}

function shortenLines(lines: string[]): string[] {
  const total = lines.reduce((sum, line) => sum + line.length, 0);
  if (lines.length <= maxLines && total <= maxLine * maxLines) return lines;
  const half = maxLines >> 1;
  const kept =
    lines.length <= maxLines
      ? lines
      : [
          ...lines.slice(0, half),
          `[… ${lines.length - 2 * half} lines are left out here …]`,
          ...lines.slice(-half),
        ];
  return kept.map((line) => shorten(line, maxLine));
}
