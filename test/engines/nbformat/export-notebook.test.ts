import { describe, expect, it } from 'vitest';
import { exportNotebook } from '../../../src/engines/nbformat/export/export-notebook.js';

const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const code = (source: string, outputs: object[] = []) => ({
  ...{ cell_type: 'code', execution_count: 1, id: `c${source.length}x${outputs.length}`, metadata: {} },
  ...{ source, outputs },
});
const markdown = (source: string, attachments?: object) => ({
  ...{ cell_type: 'markdown', id: `m${source.length}`, metadata: {}, source },
  ...(attachments ? { attachments } : {}),
});
const display = (data: object) => ({ output_type: 'display_data', data, metadata: {} });

function exported(format: 'html' | 'markdown' | 'script', cells: object[], metadata: object = {}) {
  const notebook = { cells, metadata, nbformat: 4, nbformat_minor: 5 };
  return exportNotebook(Buffer.from(JSON.stringify(notebook)), format, 'A <title>');
}

const python = { language_info: { name: 'python', file_extension: '.py' } };

describe('a notebook as HTML', () => {
  it('has text, code, tables and images', () => {
    const { text, extension } = exported('html', [
      markdown('# Title\n\nSome *text* with $x^2$ ![p](attachment:p.png)', {
        'p.png': { 'image/png': pixel },
      }),
      code('a < b', [
        display({ 'text/html': '<table><tr><td colspan="2">1</td></tr></table>', 'text/plain': 'table' }),
        display({ 'image/png': `${pixel}\n`, 'text/plain': 'plot' }),
        { output_type: 'stream', name: 'stdout', text: '\u001b[31mred\u001b[0m & <b>' },
        { output_type: 'error', ename: 'E', evalue: 'v', traceback: [] },
      ]),
    ]);
    expect(extension).toBe('.html');
    expect(text).toContain('<html lang="en">');
    expect(text).toContain('<title>A &lt;title&gt;</title>');
    expect(text).toContain('<h1>Title</h1>');
    expect(text).toContain('with $x^2$');
    expect(text.split(`src="data:image/png;base64,${pixel}"`)).toHaveLength(3);
    expect(text).toContain('a &lt; b');
    expect(text).toContain('<td colspan="2">1</td>');
    expect(text).not.toContain('plot');
    expect(text).toContain('red &amp; &lt;b&gt;');
    expect(text).toContain('<pre class="error">E: v</pre>');
  });

  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<svg onload=alert(1)><script>alert(1)</script></svg>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="data:text/html,alert(1)">x</a>',
    '<object data="x"></object><embed src=x><base href="//evil"><meta http-equiv=refresh content="0;url=//evil">',
    '<style>@import "//evil"</style><link rel=stylesheet href="//evil">',
    '<form action="//evil"><input name=a><button>b</button></form>',
    '<img src="https://evil/pixel.png"><img src="//evil/pixel.png">',
    '<div style="background:url(//evil)" id="x" onclick="alert(1)">text</div>',
    '</section></body><script>alert(1)</script>',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  ])('keeps no code and no reference of %s', (hostile) => {
    const bundles = [
      { 'text/html': hostile },
      { 'text/markdown': hostile },
      { 'application/javascript': 'alert(1)' },
    ];
    const { text } = exported('html', [
      markdown(hostile),
      markdown(`${hostile}  `),
      code('1', bundles.map(display)),
    ]);
    const body = text.slice(text.indexOf('<body>'));
    expect(body.match(/<(\w+)/g)?.sort() ?? []).not.toEqual(
      expect.arrayContaining([
        expect.stringMatching(/<(script|iframe|object|embed|base|meta|style|link|form|svg|math|button)/),
      ]),
    );
    for (const [tag] of body.matchAll(/<\w(?:[^>"]|"[^"]*")*>/g)) {
      expect(tag.replace(/"[^"]*"/g, '')).not.toMatch(/\son\w+|style|id=/);
      expect(tag).not.toMatch(/(src|href)="(?!data:image\/)/);
    }
    expect(text.indexOf('Content-Security-Policy')).toBeLessThan(text.indexOf('<body>'));
  });

  it('shows an SVG as an image', () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
    const { text } = exported('html', [code('1', [display({ 'image/svg+xml': svg })])]);
    expect(text).toContain(`src="data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}"`);
    expect(text).not.toContain('alert');
  });

  it('does not let the data of an image end its attribute', () => {
    const { text } = exported('html', [code('1', [display({ 'image/png': '"><script>alert(1)</script>' })])]);
    expect(text).not.toContain('alert');
  });
});

it('a notebook as Markdown has its fences, outputs and attached images', () => {
  const cells = [
    markdown('# Title\n![p](attachment:p.png)', { 'p.png': { 'image/png': pixel } }),
    code('print("```")', [
      { output_type: 'stream', name: 'stdout', text: '````\n' },
      display({ 'image/png': pixel }),
      display({ 'text/html': '<b>x</b>', 'text/plain': 'x' }),
    ]),
    code(''),
  ];
  const { text, extension } = exported('markdown', cells, python);
  expect(extension).toBe('.md');
  expect(text).toBe(
    [
      `# Title\n![p](data:image/png;base64,${pixel})\n`,
      '````python\nprint("```")\n````\n',
      '`````\n````\n`````\n',
      `![](data:image/png;base64,${pixel})\n`,
      '```\nx\n```\n',
    ].join('\n'),
  );
});

it('a notebook as a script is in the percent format, with magics and text as comments', () => {
  const cells = [
    markdown('# Title\n\ntext'),
    code('import os\n%matplotlib inline\n!ls\nx = 5 % 2'),
    code('%%bash\nrm -rf /'),
  ];
  const { text, extension } = exported('script', cells, python);
  expect(extension).toBe('.py');
  expect(text).toBe(
    '# %% [markdown]\n# # Title\n#\n# text\n\n# %%\nimport os\n# %matplotlib inline\n# !ls\nx = 5 % 2\n\n# %%\n# %%bash\n# rm -rf /\n',
  );
  const javascript = { kernelspec: { name: 'deno', display_name: 'Deno', language: 'javascript' } };
  expect(exported('script', [code('1')], javascript)).toEqual({ text: '// %%\n1\n', extension: '.js' });
  const hostile = { language_info: { name: 'x', file_extension: '/../../evil' } };
  expect(exported('script', [code('1')], hostile).extension).toBe('.txt');
});

// Work that grew with the square of the length would take minutes.
it.each([
  ['line ends before a letter', [markdown(`${'\n'.repeat(300_000)}x`), code(`${'\n'.repeat(300_000)}x`)]],
  ['names of attachments that do not end', [markdown('(attachment:'.repeat(80_000))]],
  [
    'an attachment of blanks',
    [markdown('![a](attachment:a.png)', { 'a.png': { 'image/png': `${' '.repeat(300_000)}!` } })],
  ],
  ['200,000 fences', [code('```\n'.repeat(200_000))]],
])('%s are exported within the time of a test', (_what, cells) => {
  for (const format of ['markdown', 'script'] as const)
    expect(exported(format, cells, python).text.length).toBeGreaterThan(10);
});
