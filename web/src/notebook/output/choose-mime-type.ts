/** How a display is shown. `chart` and `frame` are documents of their own, without access to the page. */
export type DisplayKind = 'chart' | 'frame' | 'image' | 'markdown' | 'latex' | 'json' | 'text' | 'code';

/** The MIME types that are shown, the best first, as in JupyterLab. */
const known: readonly (readonly [RegExp, DisplayKind])[] = [
  [/^application\/vnd\.(plotly\.v1|vega\.v[56]|vegalite\.v[456])\+json$/, 'chart'],
  [/^text\/html$/, 'frame'],
  [/^text\/markdown$/, 'markdown'],
  [/^image\/svg\+xml$/, 'image'],
  [/^text\/latex$/, 'latex'],
  [/^image\/(png|jpeg|gif|webp|bmp)$/, 'image'],
  [/^application\/javascript$/, 'frame'],
  [/^application\/(geo\+)?json$/, 'json'],
  [/^text\/plain$/, 'text'],
  [/^application\/vnd\..*\+json$/, 'json'],
  [/^text\//, 'code'],
];

/**
 * The richest type of a bundle that can be shown; undefined where there is none.
 * @param options `withCharts: false` chooses the form in which a chart is shown that is not drawn
 */
export function chooseMimeType(
  data: Record<string, unknown>,
  { withCharts = true }: { withCharts?: boolean } = {},
): { type: string; kind: DisplayKind } | undefined {
  const types = Object.keys(data);
  for (const [pattern, kind] of known) {
    if (kind === 'chart' && !withCharts) continue;
    const type = types.find((one) => pattern.test(one));
    if (type !== undefined) return { type, kind };
  }
  return undefined;
}

/** The text of a value of a bundle: nbformat stores texts also as lists of lines. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((line) => typeof line === 'string')) return value.join('');
  return JSON.stringify(value, null, 2) ?? '';
}
