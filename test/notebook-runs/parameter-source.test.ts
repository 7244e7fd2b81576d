import { describe, expect, it } from 'vitest';
import { parameterSource } from '../../src/notebook-runs/parameter-source.js';

const values = { rate: 2.5, name: 'a "b" $c', on: true, none: null, list: [1, { x: false }] };
const sourceOf = (language: string, parameters: Record<string, unknown> = values) =>
  parameterSource(parameters, language)?.split('\n');

describe('the source of a cell that sets parameters', () => {
  it('is that of the language', () => {
    expect(sourceOf('python')).toEqual([
      ...['# Parameters', 'rate = 2.5', 'name = "a \\"b\\" $c"', 'on = True', 'none = None'],
      'list = [1, {"x": False}]',
    ]);
    expect(sourceOf('R')).toEqual([
      ...['# Parameters', 'rate <- 2.5', 'name <- "a \\"b\\" $c"', 'on <- TRUE', 'none <- NULL'],
      'list <- list(1, list("x" = FALSE))',
    ]);
    expect(sourceOf('julia')).toEqual([
      ...['# Parameters', 'rate = 2.5', 'name = "a \\"b\\" \\$c"', 'on = true', 'none = nothing'],
      'list = [1, Dict("x" => false)]',
    ]);
  });

  it.each(['bash', 'typescript', 'scala', '', 'constructor'])(
    'is refused for %s with what to do, and nothing is needed where there are no parameters',
    (language) => {
      expect(() => sourceOf(language)).toThrow(
        'parameters: can be set for kernels of Python, R and Julia only; run without them',
      );
      expect(parameterSource({}, language)).toBeNull();
    },
  );

  it.each(['1a', 'a b', 'a-b', '', 'a\nb', 'x'.repeat(101)])('has no variable %j', (name) =>
    expect(() => sourceOf('python', { [name]: 1 })).toThrow(/^parameters: must have names/),
  );

  it.each([
    ...[
      ['python', 'class'],
      ['Python', 'None'],
      ['python', '__debug__'],
    ],
    ...[
      ['R', 'TRUE'],
      ['R', 'NA_integer_'],
      ['R', '_x'],
    ],
    ...[
      ['julia', 'end'],
      ['julia', 'true'],
    ],
  ])('of %s has no variable %s, and says so', (language, name) =>
    expect(() => sourceOf(language, { a: 1, [name]: 1 })).toThrow(`parameters: must not have ${name}: `),
  );

  it('has names that are reserved in other languages only', () => {
    expect(sourceOf('python', { end: 1, function: 2, _x: 3, match: 4 })).toHaveLength(5);
    expect(sourceOf('R', { class: 1, None: 2, end: 3 })).toHaveLength(4);
    expect(sourceOf('julia', { class: 1, None: 2, _x: 3 })).toHaveLength(4);
  });
});
