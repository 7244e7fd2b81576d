import { describe, expect, test } from 'vitest';
import type { KernelEvent } from '../../../src/engines/kernels/kernel-event.js';
import { OutputCaptures } from '../../../src/executions/widgets/output-captures.js';

const megabyte = 1_000_000;
const print = (text: string): KernelEvent => ({ type: 'stream', name: 'stdout', text });
const display = (display_id: string): KernelEvent => ({
  type: 'display_data',
  ...{ data: { 'text/plain': '' }, metadata: {}, transient: { display_id } },
});

function create() {
  const dropped: string[] = [];
  return { dropped, captures: new OutputCaptures((commId) => dropped.push(commId)) };
}

const names = Array.from({ length: 30 }, (_, i) => `comm-${i}`);

describe('what all widgets capture together', () => {
  const ways: [string, (captures: OutputCaptures, commId: string) => void][] = [
    [
      'from comms that are not known',
      (captures, commId) => {
        captures.hook(commId, 'run');
        captures.capture('run', print('x'.repeat(1.5 * megabyte)));
      },
    ],
    [
      'with what the kernel sets itself',
      (captures, commId) =>
        captures.set(commId, [{ output_type: 'stream', name: 'stdout', text: 'x'.repeat(1.5 * megabyte) }]),
    ],
    [
      'with long ids of displays',
      (captures, commId) => {
        captures.set(commId, []);
        captures.hook(commId, 'run');
        for (const id of ['a', 'b']) captures.capture('run', display(id.repeat(megabyte - 100)));
      },
    ],
  ];

  test.each(ways)('is at most 16 MiB, %s', (_title, take) => {
    const { captures, dropped } = create();
    for (const name of names) take(captures, name);
    const kept = names.filter((name) => captures.has(name));
    expect(kept.length).toBeGreaterThan(4);
    expect(kept.length).toBeLessThan(18);
    expect(kept).toEqual(names.slice(-kept.length));
    expect(dropped).toEqual(names.slice(0, -kept.length));
  });

  test('is counted again when the widget is cleared', () => {
    const { captures, dropped } = create();
    for (const name of names) {
      captures.set(name, []);
      captures.hook(name, 'run');
      captures.capture('run', print('x'.repeat(megabyte)));
      captures.capture('run', { type: 'clear_output', wait: false });
    }
    expect(dropped).toEqual([]);
  });

  test('takes next to no memory before there is any', () => {
    const before = process.memoryUsage();
    const made = Array.from({ length: 300 }, () => create());
    const after = process.memoryUsage();
    expect(made).toHaveLength(300);
    const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
    expect(grown / made.length).toBeLessThan(30_000);
  });
});

test('the output of a widget that was dropped is that of the cell again', () => {
  const { captures } = create();
  captures.hook('gone', 'run');
  for (const name of names) captures.set(name, [{ output_type: 'stream', text: 'x'.repeat(megabyte) }]);
  expect(captures.has('gone')).toBe(false);
  expect(captures.capture('run', print('more'))).toBeUndefined();
});

describe('a comm of which nobody knows what it showed before', () => {
  const unknown = () => {
    const { captures } = create();
    captures.hook('comm', 'run');
    captures.capture('run', print('early'));
    expect(captures.hasUnknown).toBe(true);
    expect(captures.changed).toEqual([]);
    return captures;
  };

  test('captures nothing more when the kernel does not describe it', () => {
    const captures = unknown();
    captures.deleteUnknown();
    expect(captures.hasUnknown).toBe(false);
    expect(captures.changed).toEqual([]);
    expect(captures.capture('run', print('more'))).toBeUndefined();
  });

  test('had nothing where the kernel cannot describe any', () => {
    const captures = unknown();
    captures.assumeEmpty();
    expect(captures.hasUnknown).toBe(false);
    const outputs = [{ output_type: 'stream', name: 'stdout', text: 'early' }];
    expect(captures.changed).toEqual([{ commId: 'comm', outputs }]);
  });

  test('had what the kernel describes', () => {
    const captures = unknown();
    captures.set('comm', [{ output_type: 'stream', name: 'stdout', text: 'before ' }]);
    expect(captures.changed[0]!.outputs).toMatchObject([{ text: 'before early' }]);
  });
});
