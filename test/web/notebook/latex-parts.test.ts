import { expect, it } from 'vitest';
import { latexParts } from '../../../web/src/notebook/output/latex-parts.js';

const words = (text: string) => ({ kind: 'words', text });
const inline = (text: string) => ({ kind: 'inline', text });
const display = (text: string) => ({ kind: 'display', text });

it.each([
  ['Energy $E=mc^2$ is here', [words('Energy '), inline('E=mc^2'), words(' is here')]],
  ['It is $$x^2$$', [words('It is '), display('x^2')]],
  [
    '$$x$$ and \\(y\\) and \\[z\\]',
    [display('x'), words(' and '), inline('y'), words(' and '), display('z')],
  ],
  ['See \\begin{align}a&=b\\end{align}', [words('See '), display('\\begin{align}a&=b\\end{align}')]],
  ['It costs \\$5 or $x$', [words('It costs $5 or '), inline('x')]],
  ['$a\\$b$ c', [inline('a\\$b'), words(' c')]],
  ['It costs $5', [words('It costs $5')]],
  ['only words', [words('only words')]],
  ['$\\displaystyle x$', [display('\\displaystyle x')]],
  ['\n$$\\frac{1}{2}$$\n', [display('\\frac{1}{2}')]],
  ['\\frac{1}{2}', [display('\\frac{1}{2}')]],
  ['\\begin{align}a\\end{align}', [display('\\begin{align}a\\end{align}')]],
  ['$$', [words('$$')]],
  ['', []],
])('%j has these parts', (text, parts) => {
  expect(latexParts(text)).toEqual(parts);
});

it.each(['\\[', '\\(', '$ ', '\\begin{a}', '\\begin{a', '\\$$'])(
  'a hostile text of %j is read soon',
  (piece) => {
    const start = performance.now();
    latexParts(piece.repeat(20_000 / piece.length));
    expect(performance.now() - start).toBeLessThan(1_000);
  },
);
