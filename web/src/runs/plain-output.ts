import type { RunLogSubscription } from '../../generated/shell.js';

type RunEvent = RunLogSubscription['executionEvents'];

/** What a run has shown until now, as text and small images. */
export interface PlainOutput {
  text: string;
  /** The newest few images as `data:` URLs, numbered from 1. */
  images: { number: number; source: string }[];
  /** The output is cleared when the next one comes. */
  clearsNext: boolean;
  /** The first part of an escape sequence, whose last part is in the next text. */
  openEscape: string;
}

/** A run that has shown nothing. */
export const emptyOutput: PlainOutput = { text: '', images: [], clearsNext: false, openEscape: '' };

const maxCharacters = 20_000;
const maxImages = 4;
const maxImageCharacters = 2_000_000;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the escape sequences of terminals.
const escapes = /\u001b\[[0-9;?]*[A-Za-z]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: this is the first part of such a sequence.
const openAtEnd = /\u001b(?:\[[0-9;?]{0,40})?$/;

/** The output after an event of the log. */
export function withEvent(before: PlainOutput, event: RunEvent): PlainOutput {
  switch (event.__typename) {
    case 'StreamEvent':
      return append(before, event.text);
    case 'ErrorEvent':
      return appendBelow(before, event.traceback.join('\n') || `${event.ename}: ${event.evalue}`);
    case 'ExecutionFailure':
      return appendBelow(before, event.detail);
    case 'InputRequestEvent':
      return append(before, `${event.prompt}\n(waits for input)\n`);
    case 'ExecuteResultEvent':
    case 'DisplayDataEvent':
      return withData(before, event.data);
    case 'ClearOutputEvent':
      return event.wait ? { ...before, clearsNext: true } : emptyOutput;
    case 'OutputsResetEvent':
      return Array.isArray(event.outputs) ? event.outputs.reduce(withStored, emptyOutput) : emptyOutput;
    default:
      return before;
  }
}

/** An output as notebooks store it. */
function withStored(before: PlainOutput, output: unknown): PlainOutput {
  if (typeof output !== 'object' || output === null) return before;
  const { text, data, traceback } = output as Record<string, unknown>;
  if (Array.isArray(traceback)) return appendBelow(before, traceback.join('\n'));
  return text === undefined ? withData(before, data) : append(before, textOf(text));
}

function withData(before: PlainOutput, data: unknown): PlainOutput {
  if (typeof data !== 'object' || data === null) return before;
  const bundle = data as Record<string, unknown>;
  const image = ['image/png', 'image/jpeg'].find((type) => typeof bundle[type] === 'string');
  if (!image) return appendBelow(before, textOf(bundle['text/plain']));
  const source = String(bundle[image]).replace(/\s/g, '');
  if (source.length > maxImageCharacters || !/^[A-Za-z0-9+/=]*$/.test(source))
    return appendBelow(before, '(a large image)');
  const shown = append(before, '');
  const number = (shown.images.at(-1)?.number ?? 0) + 1;
  const added = { number, source: `data:${image};base64,${source}` };
  return { ...shown, images: [...shown.images, added].slice(-maxImages) };
}

/** Lines of their own: what was printed before may have ended in the middle of one. */
function appendBelow(before: PlainOutput, lines: string): PlainOutput {
  const { text, clearsNext } = before;
  const isInLine = !clearsNext && text !== '' && !text.endsWith('\n');
  return append(before, `${isInLine ? '\n' : ''}${lines}\n`);
}

function append(before: PlainOutput, added: string): PlainOutput {
  const { text, images, openEscape } = before.clearsNext ? emptyOutput : before;
  // A long text is shortened first, because all of it is looked through.
  const last = (openEscape + added).slice(-maxCharacters);
  const open = openAtEnd.exec(last)?.[0] ?? '';
  const shown = last.slice(0, last.length - open.length).replace(escapes, '');
  const whole = overwriteLines(text + shown).slice(-maxCharacters);
  return { text: whole, images, clearsNext: false, openEscape: open };
}

/** A carriage return begins its line again, as progress bars expect; one at the end waits for what follows. */
function overwriteLines(text: string): string {
  if (!text.includes('\r')) return text;
  return text.replace(/\r\n/g, '\n').split('\n').map(overwriteLine).join('\n');
}

function overwriteLine(line: string): string {
  const end = line.endsWith('\r') ? line.length - 1 : line.length;
  return line.slice(line.lastIndexOf('\r', end - 1) + 1);
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.join('');
  return typeof value === 'string' ? value : '';
}
