import DOMPurify, { type Config } from 'dompurify';
import katex from 'katex';
import { Marked } from 'marked';
import markedKatex from 'marked-katex-extension';
import { latexParts } from './latex-parts.js';

/** What the text of a notebook may use of HTML: no styles, forms, frames, media and names. */
const purifierConfig: Config = {
  USE_PROFILES: { html: true, mathMl: true },
  FORBID_TAGS: [
    ...['style', 'form', 'input', 'button', 'textarea', 'select', 'option', 'datalist', 'dialog'],
    ...['audio', 'video', 'picture', 'source', 'track', 'map', 'area', 'marquee'],
  ],
  FORBID_ATTR: [
    'style',
    'class',
    'id',
    'name',
    'srcset',
    'action',
    'formaction',
    'ping',
    'popover',
    'usemap',
  ],
  ALLOW_DATA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
};

/** MathML needs no fonts and no styles. */
const mathOptions = {
  output: 'mathml',
  throwOnError: false,
  trust: false,
  maxExpand: 1_000,
  maxSize: 20,
} as const;

const marked = new Marked({ gfm: true, async: false }, markedKatex({ ...mathOptions, nonStandard: true }));

/** What the links and images of a text refer to. */
export interface MarkdownReferences {
  /** Images of the cell by name, then by MIME type as base64. */
  attachments?: Record<string, Record<string, unknown>>;
  /** The address of the page of a file of the workspace, by a relative link. */
  addressOfFile?(path: string): string;
}

/** Of a longer text only so many characters are rendered. */
const maxChars = 500_000;

/** Renders Markdown with LaTeX. What could run, load or look like a part of the page is removed. */
export function renderMarkdown(text: string, references: MarkdownReferences = {}): DocumentFragment {
  return purify(marked.parse(text.slice(0, maxChars)) as string, references);
}

/** Renders LaTeX of an output: its formulas, and the words between them as they are. */
export function renderLatex(text: string): DocumentFragment {
  const html = latexParts(text.slice(0, maxLatexChars)).map(({ kind, text: part }) => {
    if (kind === 'words') return escapedHtml(part);
    return katex.renderToString(part, { ...mathOptions, displayMode: kind === 'display' });
  });
  return purify(html.join(''), {});
}

const maxLatexChars = 20_000;

const escapedHtml = (text: string) => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);

/** The decoded text, or the text as it is where it is not encoded well. */
function decodedOrSame(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function purify(html: string, references: MarkdownReferences): DocumentFragment {
  const fragment = DOMPurify.sanitize(html, purifierConfig) as unknown as DocumentFragment;
  for (const image of fragment.querySelectorAll('img')) checkImage(image, references);
  for (const link of fragment.querySelectorAll('a')) checkLink(link, references);
  return fragment;
}

/** Images come with the notebook: an address elsewhere would report who reads it. */
function checkImage(image: HTMLImageElement, { attachments }: MarkdownReferences): void {
  const source = image.getAttribute('src') ?? '';
  const name = /^attachment:(.+)$/.exec(source)?.[1];
  const attached = Object.entries((name && attachments?.[decodedOrSame(name)]) || {})[0];
  if (attached && /^image\/[\w.+-]+$/.test(attached[0]))
    image.src = `data:${attached[0]};base64,${String(attached[1])}`;
  else if (!/^data:image\/(png|jpeg|gif|webp|svg\+xml)[;,]/i.test(source))
    image.replaceWith(document.createTextNode(image.alt || '[image]'));
}

function checkLink(link: HTMLAnchorElement, { addressOfFile }: MarkdownReferences): void {
  const target = link.getAttribute('href') ?? '';
  const isElsewhere = /^(https?:\/\/|mailto:)/i.test(target);
  const isFile = /^[\w.][^:?#]*$/.test(target);
  if (isElsewhere) {
    link.target = '_blank';
    link.rel = 'noopener noreferrer nofollow';
  } else if (isFile && addressOfFile) link.href = addressOfFile(decodedOrSame(target));
  else link.removeAttribute('href');
}
