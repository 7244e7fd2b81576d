import { expect, test } from 'vitest';
import { DurablePositions } from '../../src/executions/durable-positions.js';

function create() {
  const acknowledged: number[] = [];
  return { acknowledged, positions: new DurablePositions((position) => acknowledged.push(position)) };
}

test('acknowledges what is durable of one log', () => {
  const { acknowledged, positions } = create();
  for (const position of [1, 2, 3]) positions.received('run', position);
  positions.written('run', 2);
  positions.written('run', 3);
  expect(acknowledged).toEqual([2, 3]);
});

test('waits for the log that is behind', () => {
  const { acknowledged, positions } = create();
  positions.received('run', 1);
  positions.received('late', 2);
  positions.received('run', 3);
  positions.written('run', 3);
  expect(acknowledged).toEqual([1]);
  positions.written('late', 2);
  expect(acknowledged).toEqual([1, 3]);
});

test('keeps a reply until the end is durable, although later output is', () => {
  const { acknowledged, positions } = create();
  positions.received('run', 1);
  positions.received('end', 2);
  positions.received('run', 3);
  positions.written('run', 3);
  positions.received('end', 4);
  expect(acknowledged).toEqual([1]);
  positions.written('end', Number.POSITIVE_INFINITY);
  expect(acknowledged).toEqual([1, 4]);
});

test('a log that can never be written holds nothing back', () => {
  const { acknowledged, positions } = create();
  positions.received('gone', 1);
  positions.received('run', 2);
  positions.written('run', 2);
  positions.written('gone', Number.POSITIVE_INFINITY);
  expect(acknowledged).toEqual([2]);
});

test('keeps what arrives behind a run that failed until its end is durable', () => {
  const { acknowledged, positions } = create();
  positions.received('run', 1);
  positions.written('run', 1);
  positions.hold('end');
  positions.received('other', 3);
  positions.written('other', 3);
  expect(acknowledged).toEqual([1]);
  positions.written('end', Number.POSITIVE_INFINITY);
  expect(acknowledged).toEqual([1, 3]);
});

test('keeps a message whose log is found later', () => {
  const { acknowledged, positions } = create();
  positions.received('unknown', 1);
  positions.received('run', 2);
  positions.written('run', 2);
  positions.received('late', 1);
  positions.written('unknown', 1);
  expect(acknowledged).toEqual([]);
  positions.written('late', 1);
  expect(acknowledged).toEqual([2]);
});
