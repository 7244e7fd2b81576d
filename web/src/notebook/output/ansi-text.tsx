import Anser, { type AnserJsonEntry } from 'anser';
import { memo, useState } from 'react';
import { overwrittenText } from './overwritten-text.js';

/** Of a longer text the head and the tail are shown, until its reader asks for all of it. */
const shownChars = 40_000;
/** So much text is shown at all. */
const maxChars = 2_000_000;

/** Text with the colours of a terminal. It is text only: nothing in it is markup. */
export const AnsiText = memo(function AnsiText({
  text,
  className = '',
}: {
  text: string;
  className?: string;
}) {
  const [isWhole, setWhole] = useState(false);
  const hidden = text.length - shownChars;
  if (hidden <= 0 || isWhole)
    return <pre className={`text-output ${className}`}>{spansOf(text.slice(0, maxChars))}</pre>;
  const half = shownChars / 2;
  return (
    <pre className={`text-output ${className}`}>
      {spansOf(text.slice(0, half))}
      <button type="button" className="show-all" onClick={() => setWhole(true)}>
        Show {hidden.toLocaleString()} more characters
      </button>
      {spansOf(text.slice(-half))}
    </pre>
  );
});

/** What is no colour in a terminal's language, e.g. titles and links, is left out. */
const otherSequences =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the control sequences of terminals.
  /\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[()][A-Z0-9]|[\u0000-\u0007\u000e-\u001a]/g;

function spansOf(text: string) {
  const clean = overwrittenText(text.replace(otherSequences, ''));
  if (!clean.includes('\u001b')) return clean;
  const entries = Anser.ansiToJson(clean, { json: true, use_classes: true, remove_empty: true });
  // biome-ignore lint/suspicious/noArrayIndexKey: pieces of a text have no other identity.
  return entries.map((entry, index) => <AnsiSpan key={index} entry={entry} />);
}

function AnsiSpan({ entry }: { entry: AnserJsonEntry }) {
  const { content, fg, bg, fg_truecolor: fgTrue, bg_truecolor: bgTrue, decorations } = entry;
  const ground = colorOf(bg, bgTrue);
  const names = [
    ...[
      fg && `${fg}-fg`,
      bg && `${bg}-bg`,
      ground && (isDarkColor(ground) ? 'ansi-on-dark' : 'ansi-on-light'),
    ],
    ...decorations.map((one) => `ansi-${one}`),
  ];
  const style = { color: readable(colorOf(fg, fgTrue)), backgroundColor: ground };
  return (
    <span className={names.filter(Boolean).join(' ') || undefined} style={style}>
      {content}
    </span>
  );
}

/** A colour of the foreground is mixed with that of the text, so that it can be read in the light and in the dark theme. */
const readable = (color: string | undefined) => color && `color-mix(in oklab, ${color} 55%, var(--text))`;

/** Whether light text is read better on a colour of the form `rgb(r,g,b)`. */
function isDarkColor(color: string): boolean {
  const [red = 0, green = 0, blue = 0] = (color.match(/\d+/g) ?? []).map(Number);
  return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
}

/** The colour of a 256-colour or true-colour sequence; the 16 named ones have classes. */
function colorOf(name: string | null, trueColor: string | null): string | undefined {
  if (trueColor && name === 'ansi-truecolor') return `rgb(${trueColor})`;
  const index = Number(/^ansi-palette-(\d{1,3})$/.exec(name ?? '')?.[1] ?? Number.NaN);
  if (Number.isNaN(index)) return undefined;
  if (index >= 232) return `rgb(${[0, 0, 0].map(() => 8 + (index - 232) * 10).join()})`;
  const level = (value: number) => (value === 0 ? 0 : 55 + value * 40);
  const cube = index - 16;
  return `rgb(${[Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map(level).join()})`;
}
