import { describe, expect, test } from 'vitest';
import type { KernelEvent } from '../../src/engines/kernels/kernel-event.js';
import { OutputCollector } from '../../src/executions/output-collector.js';

const bundle = (text: string) => ({ data: { 'text/plain': text }, metadata: {} });
const transient = (id?: string) => ({ transient: id === undefined ? {} : { display_id: id } });
const display = (text: string, id?: string): KernelEvent => ({
  type: 'display_data',
  ...bundle(text),
  ...transient(id),
});
const update = (text: string, id: string): KernelEvent => ({
  type: 'update_display_data',
  ...bundle(text),
  ...transient(id),
});
const print = (text: string): KernelEvent => ({ type: 'stream', name: 'stdout', text });
const clear = (wait: boolean): KernelEvent => ({ type: 'clear_output', wait });

/** What is shown after these events, within a limit where one is given. */
function shown(events: KernelEvent[], limit?: number) {
  const collector = new OutputCollector(limit);
  for (const event of events) collector.add(event);
  const texts = collector.outputs.map(
    ({ data, text, ename }) => text ?? ename ?? (data as Record<string, unknown>)['text/plain'],
  );
  return { texts, cut: collector.cutOutputs };
}

describe('displays', () => {
  test('show their last update, which adds no output', () => {
    const events = [display('1', 'a'), display('1', 'b'), update('2', 'a'), update('3', 'a')];
    expect(shown(events).texts).toEqual(['3', '1']);
  });

  test('are updated by a later display or result with their id, too', () => {
    const result: KernelEvent = {
      type: 'execute_result',
      execution_count: 1,
      ...bundle('3'),
      ...transient('a'),
    };
    expect(shown([display('1', 'a'), display('2', 'a')]).texts).toEqual(['2', '2']);
    expect(shown([display('1', 'a'), result]).texts).toEqual(['3', '3']);
  });

  test('cannot be updated after they were cleared', () => {
    expect(shown([display('1', 'a'), clear(false), update('2', 'a')]).texts).toEqual([]);
    expect(shown([display('1', 'a'), clear(true), update('2', 'a')]).texts).toEqual(['2']);
    expect(shown([display('1', 'a'), clear(true), print('x'), update('2', 'a')]).texts).toEqual(['x']);
    expect(shown([print('x'), clear(true), print('y')]).texts).toEqual(['y']);
  });
});

describe('the limit', () => {
  const limit = 1_000_000;
  const long = 'x'.repeat(500_000);
  const error = (evalue: string): KernelEvent => ({ type: 'error', ename: 'E', evalue, traceback: [evalue] });

  test('counts an update by what it changes', () => {
    const updates = Array.from({ length: 100 }, (_, i) => update(`${i}${long}`, 'a'));
    expect(shown([display(long, 'a'), ...updates], limit)).toEqual({ texts: [`99${long}`], cut: 0 });
  });

  test('keeps the output of a display when an update does not fit, until one fits', () => {
    const events = [display('1', 'a'), update(long.repeat(2), 'a')];
    expect(shown(events, limit)).toEqual({ texts: ['1'], cut: 1 });
    expect(shown([...events, update('2', 'a')], limit)).toEqual({ texts: ['2'], cut: 0 });
  });

  test('leaves out a display that does not fit, and a clear frees all', () => {
    const events = [display(long), display(long), display('end')];
    expect(shown(events, limit)).toEqual({ texts: [long, 'end'], cut: 1 });
    expect(shown([...events, clear(false)], limit)).toEqual({ texts: [], cut: 0 });
    expect(shown([...events, clear(true)], limit)).toEqual({ texts: [long, 'end'], cut: 1 });
    expect(shown([...events, clear(true), print('y')], limit)).toEqual({ texts: ['y'], cut: 0 });
  });

  test('are truncated where some are cut, or were lost before, which no clearing undoes', () => {
    const collector = new OutputCollector(limit);
    collector.add(print('x'));
    expect(collector.isTruncated).toBe(false);
    for (let i = 0; i < 3; i++) collector.add(print(long.repeat(2)));
    collector.add({ type: 'output_lost', count: 1, reason: 'outputs_limit' });
    expect(collector.isTruncated).toBe(true);
    collector.add(clear(false));
    expect(collector.isTruncated).toBe(false);
    collector.add({ type: 'output_lost', count: 1, reason: 'not_delivered' });
    collector.add(clear(false));
    expect(collector.isTruncated).toBe(true);
  });

  test('keeps the head and the tail of a long stream, with the number of characters between them', () => {
    const lines = Array.from({ length: 400_000 }, (_, i) => `line ${i}\n`);
    const { texts, cut } = shown(lines.map(print), limit);
    expect(cut).toBe(1);
    const [head, left, tail] = (texts[0] as string).split(/\n\[… (\d+) characters are left out here …\]\n/);
    const all = lines.join('');
    expect(all.startsWith(head!) && all.endsWith(tail!)).toBe(true);
    expect(head!.length + tail!.length + Number(left)).toBe(all.length);
    expect(Math.min(head!.length, tail!.length)).toBeGreaterThan(100_000);
    expect((texts[0] as string).length).toBeLessThan(limit);
  });

  test('of very many short streams leaves out some in the middle', () => {
    const pieces = Array.from({ length: 100_000 }, (_, i): KernelEvent => {
      return { type: 'stream', name: i % 2 ? 'stderr' : 'stdout', text: `piece ${i}` };
    });
    const { texts, cut } = shown(pieces, limit);
    expect([texts[0], texts.at(-1)]).toEqual(['piece 0', 'piece 99999']);
    expect(texts.length + cut).toBe(pieces.length);
  });

  test('keeps exceptions beside streams and displays that fill it, also a very long one', () => {
    const { texts, cut } = shown([print(long.repeat(4)), display(long), display(long), error(long)], limit);
    expect(texts.slice(1)).toEqual([long, 'E']);
    expect(cut).toBe(3);
  });
});
