import { isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema } from '../../schema/index.js';

interface Described {
  /** E.g. `Workspace.files(ref)`. */
  path: string;
  description: string | null | undefined;
}

function everything(): Described[] {
  const found: Described[] = [];
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__') || ['String', 'Int', 'Float', 'Boolean', 'ID'].includes(type.name))
      continue;
    found.push({ path: type.name, description: type.description });
    if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) {
        found.push({ path: `${type.name}.${field.name}`, description: field.description });
        for (const arg of 'args' in field ? field.args : [])
          found.push({ path: `${type.name}.${field.name}(${arg.name})`, description: arg.description });
      }
    }
    if (isEnumType(type)) {
      for (const value of type.getValues())
        found.push({ path: `${type.name}.${value.name}`, description: value.description });
    }
  }
  return found;
}

const wordsOf = (text: string): string[] =>
  text
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .match(/[a-z]+/g) ?? [];

/** Words that carry no meaning of their own in a description. */
const fillers = new Set(wordsOf('a an the of its it is this that in to for by as at s e new one their them'));

/** Whether a description has no word beside fillers that its name has not, in singular or plural. */
function repeatsItsName({ path, description }: Described): boolean {
  const name = wordsOf(path).flatMap((word) => [word, `${word}s`, word.replace(/s$/, '')]);
  return wordsOf(description ?? '').every((word) => fillers.has(word) || name.includes(word));
}

describe('the description of every type, field, argument and value of the schema', () => {
  it('exists', () => {
    expect(everything().flatMap(({ path, description }) => (description ? [] : [path]))).toEqual([]);
  });

  it('is a sentence', () => {
    const others = everything().filter(({ description }) => !/^[A-Z0-9`"(].*[.!…]$/s.test(description ?? ''));
    expect(others).toEqual([]);
  });

  it('says more than the name', () => {
    expect(everything().filter(repeatsItsName)).toEqual([]);
  });
});
