import type { OperationExample } from '../operation-example.js';
import { exampleIds } from './example-ids.js';

const params = { session_id: exampleIds.session };

/** Examples of what a kernel is asked. */
export const kernelQuestionExamples: Record<string, OperationExample> = {
  completeCode: {
    params,
    body: { code: '%who_', cursor_pos: 5 },
    status: 200,
    answer: {
      status: 'ok',
      matches: ['%who_ls'],
      cursor_start: 0,
      cursor_end: 5,
      metadata: {
        _jupyter_types_experimental: [{ start: 0, end: 5, text: '%who_ls', type: 'magic', signature: '' }],
      },
    },
  },
  inspectCode: {
    params,
    body: { code: 'len' },
    status: 200,
    answer: {
      status: 'ok',
      found: true,
      data: {
        'text/plain':
          '\u001b[31mSignature:\u001b[39m len(obj, /)\n\u001b[31mDocstring:\u001b[39m Return the number of items in a ' +
          'container.\n\u001b[31mType:\u001b[39m      builtin_function_or_method',
      },
      metadata: {},
    },
  },
};
