import { expect, it } from 'vitest';
import { readParameters } from '../../web/src/schedules/read-parameters.js';

it('parameters are read as they are typed, and none are none', () => {
  expect(readParameters('{"rate": 2.5, "id": 9007199254740991}')).toEqual({
    parameters: { rate: 2.5, id: 9007199254740991 },
    fault: null,
  });
  expect(readParameters(' \n')).toEqual({ parameters: undefined, fault: null });
});

it.each([
  ['{rate: 2}', 'not valid JSON'],
  ['{"ids": [9007199254740993]}', 'would round'],
])('what would not arrive as it is typed is a fault: %s', (text, message) => {
  const { parameters, fault } = readParameters(text);
  expect(parameters).toBeUndefined();
  expect(fault?.message).toContain(message);
});
