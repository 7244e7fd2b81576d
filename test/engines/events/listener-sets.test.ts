import { expect, it } from 'vitest';
import { ListenerSets } from '../../../src/engines/events/listener-sets.js';

it('calls the listeners of a name in order, each as often as it was added', () => {
  const listeners = new ListenerSets();
  const calls: string[] = [];
  const twice = (event: string) => calls.push(`twice ${event}`);
  const remove = listeners.add('a', twice);
  listeners.add('a', (event: string) => calls.push(`other ${event}`));
  listeners.add('a', twice);
  listeners.add('b', () => calls.push('of another name'));
  listeners.call('a', '1');
  remove();
  remove();
  listeners.call('a', '2');
  expect(calls).toEqual(['twice 1', 'other 1', 'twice 1', 'other 2', 'twice 2']);
  expect([listeners.count('a'), listeners.count('b'), listeners.count('c')]).toEqual([2, 1, 0]);
});

it('does not call a listener that another one adds, and calls all others when one removes itself', () => {
  const listeners = new ListenerSets();
  const calls: string[] = [];
  const remove = listeners.add('a', () => {
    calls.push('first');
    remove();
    listeners.add('a', () => calls.push('added'));
  });
  listeners.add('a', () => calls.push('second'));
  listeners.call('a', null);
  expect(calls).toEqual(['first', 'second']);
  listeners.call('a', null);
  expect(calls).toEqual(['first', 'second', 'second', 'added']);
});

it('takes 10,000 listeners of one name away in a time that does not grow with their square', () => {
  const listeners = new ListenerSets();
  const removes = Array.from({ length: 10_000 }, () => listeners.add('a', () => {}));
  const from = process.cpuUsage();
  for (const remove of removes.reverse()) remove();
  const { user, system } = process.cpuUsage(from);
  expect(listeners.count('a')).toBe(0);
  expect((user + system) / 1000).toBeLessThan(50);
});
