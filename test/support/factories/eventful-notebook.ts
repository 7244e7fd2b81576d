import { codeCell, codeNotebook } from './code-notebook.js';

const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const sources: [string, string, object?][] = [
  [
    'streams',
    "import sys\nprint('one', flush=True)\nprint('two', flush=True)\nprint('three', file=sys.stderr, flush=True)\nprint('ü')",
  ],
  ['parameters', 'alpha = 1', { tags: ['parameters'] }],
  ['result', 'alpha * 6 * 7'],
  ['empty', ''],
  ['skipped', "print('skipped')", { tags: ['skip-execution'] }],
  [
    'displays',
    "from IPython.display import HTML, clear_output, display\nfirst = display('first', display_id='shared')\n" +
      "display({'application/json': {'float': 1.5, 'list': [1, None]}, 'text/plain': 'json'}, raw=True)\n" +
      "display(HTML('<b>bold</b>'), metadata={'text/html': {'isolated': True}})",
  ],
  [
    'image',
    `import base64\nfrom IPython.display import Image\nImage(base64.b64decode('${png}'), format='png')`,
  ],
  [
    'updates',
    "first.update('updated')\nsecond = display('second', display_id='other')\nsecond.update('second again')",
  ],
  ['again', "display('shown again', display_id='shared')"],
  ['waits', "for step in range(3):\n    clear_output(wait=True)\n    print('step', step)"],
  ['clears', "print('gone')\nclear_output()\nprint('kept')\ndisplay('end')\nclear_output(wait=True)"],
  ['warns', "import warnings\nwarnings.warn('careful')\n'quiet';"],
  ['raises', 'def fails():\n    return 1 / 0\nfails()', { tags: ['raises-exception'] }],
  ['goes_on', "print('after')\n_"],
  ['ends', "print('before')\nraise ValueError('end')"],
  ['not_run', "print('never')"],
];

/**
 * A notebook whose cells use what a kernel can send: streams, results, displays that are updated by their own and by later cells,
 * cleared outputs, an image, a warning, an exception that is expected and one that is not.
 */
export function eventfulNotebook() {
  const markdown = { cell_type: 'markdown', id: 'text', metadata: {}, source: '# Title' };
  const cells = sources.map(([id, source, metadata = {}]) => codeCell(id, source, { metadata }));
  const kernelspec = { name: 'python3', display_name: 'Python 3', language: 'python' };
  return codeNotebook([markdown, ...cells], { kernelspec, kept: { float: 1.5 } });
}
