import { describe, expect, it } from 'vitest';
import { setUpPlantedTree } from './planted-tree.js';

const { newFaults } = setUpPlantedTree();

describe('upserts', () => {
  it.each([
    ['an empty update', 'update: {}', true],
    ['an include', 'update: { a }, include: { b: true }', true],
    ['a select', 'update: { a }, select: { b: true }', true],
    ['a filled update alone', 'update: { a }', false],
  ])('with %s: %s', (_what, rest, isFault) => {
    const fault = 'src/files/planted.ts: an upsert has a filled update, and neither include nor select.';
    const text = `declare const x: any, a: any;\nvoid x.upsert({ where: a, create: a, ${rest} });\n`;
    expect(newFaults({ 'src/files/planted.ts': text })).toEqual(isFault ? [fault] : []);
  });
});
