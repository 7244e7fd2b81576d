import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema } from '../../../schema/index.js';
import { guardDocument, parseGuarded, validateGuarded } from '../../../src/server/graphql/document-guard.js';

/** A small document whose fragments double at each level; validating it takes exponential time. */
const bomb = (levels: number) =>
  `{ ...f0 } ${Array.from({ length: levels }, (_, i) => `fragment f${i} on Query { ${i + 1 < levels ? `...f${i + 1} ...f${i + 1}` : 'me { id }'} }`).join(' ')}`;

describe("a client's document", () => {
  it('with nested fragments is refused before validation', () => {
    const from = performance.now();
    expect(validateGuarded(schema, parse(bomb(30)))[0]?.message).toContain('at most');
    expect(performance.now() - from).toBeLessThan(5_000);
  });

  it('with a fragment that contains itself is refused', () => {
    expect(guardDocument(parse('{ ...a } fragment a on Query { ...a }'))?.message).toContain('within itself');
  });

  it('refuses a document that is too deep or has too many fields or tokens', () => {
    const deep = `{${' a {'.repeat(25)} b ${'}'.repeat(25)}}`;
    expect(guardDocument(parse(deep))).not.toBeNull();
    const wide = `{ ${Array.from({ length: 2001 }, (_, i) => `a${i}: me { id }`).join(' ')} }`;
    expect(guardDocument(parse(wide))).not.toBeNull();
    expect(() => parseGuarded(`{ ${'a '.repeat(6000)} }`)).toThrow(/tokens/i);
  });

  it('accepts a document of ordinary size', () => {
    expect(validateGuarded(schema, parse('{ space(slug: "demo") { workspaces { nodes { id } } } }'))).toEqual(
      [],
    );
  });
});
