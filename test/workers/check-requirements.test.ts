import { expect, it } from 'vitest';
import { checkRequirements } from '../../src/workers/backends/environments/check-requirements.js';

it.each([
  '',
  '# only a comment\n\n',
  'numpy',
  'numpy==1.26.4 # pinned',
  'pandas[excel] >= 2, < 3 ; python_version >= "3.9"\r\nscipy~=1.11',
  'requests (>=2)',
  'numpy==1.26.4 \\\n  --hash=sha256:00',
  'package @ https://example.com/package-1.0.tar.gz',
  'package @ git+https://example.com/repository.git@v1',
  '--index-url https://example.com/simple\n--pre\n--only-binary :all:\nnumpy',
])('%j is accepted', (text) => {
  expect(() => checkRequirements(text)).not.toThrow();
});

it.each([
  '-r other.txt',
  'numpy\n-c constraints.txt',
  '-e .',
  '--editable=/work',
  './folder',
  '../folder',
  '/etc/passwd',
  'package @ file:///etc/passwd',
  'file:///etc/passwd',
  'package.whl /etc/passwd',
  '--find-links /etc',
  '--index-url file:///etc/passwd',
  '--index-url /etc/passwd',
  '--trusted-host example.com',
  '--pre -r other.txt',
  '-r \\\nother.txt',
  'nu\\\n-r x',
  'numpy \\',
  // pip begins a new line in each of these.
  '# comment \\\n-r other.txt',
  'numpy\u2028-r other.txt',
  'numpy==1\u0085--pre',
  'numpy==1\v-r other.txt',
  // What follows would be read as an option.
  'numpy==1 --global-option=build',
  'numpy ; python_version > "3" -r other.txt',
  'numpy==1\t-r other.txt',
  'numpy==1 \\ # comment\nscipy',
  // These are paths, if the folders exist.
  'numpy>=1/../../folder',
  'numpy[a/../../folder]',
  'package @ https://example.com/../../../folder',
  '\n'.repeat(1_001),
])('%j is refused with the reason environment_failed', (text) => {
  expect(() => checkRequirements(text)).toThrow(
    expect.objectContaining({ code: 'runtime_unavailable', extra: { reason: 'environment_failed' } }),
  );
});

it.each([
  ['# coding: utf-7\n# +AAo--r other.txt\nnumpy', 'numpy\n'],
  [
    '\uFEFFnumpy # one\r\n\r\n scipy \\\n >=1 \\\n  --hash=sha256:00',
    'numpy\nscipy  >=1   --hash=sha256:00\n',
  ],
  ['numpy \\\n# comment \\\nscipy', 'numpy\nscipy\n'],
  ['# comment\r--no-binary :all:\r\nnumpy', 'numpy\n'],
  ['numpy # one\u2028-r other.txt', 'numpy\n'],
])('pip gets the checked lines of %j only', (text, checked) => {
  expect(checkRequirements(text)).toBe(checked);
});

it('the error names the line', () => {
  expect(() => checkRequirements('numpy\n\n-r other.txt\n')).toThrow(
    'The file requirements.txt could not be installed: line 3 is neither a package nor an option that is allowed ' +
      'here. Change it and start a new worker.',
  );
});

it.each(['numpy>=1', 'numpy==1.26.4 \\\n  --hash=sha256:00', '--require-hashes\n--pre'])(
  '%j is accepted where no code of packages may run',
  (text) => {
    expect(() => checkRequirements(text, true)).not.toThrow();
  },
);

it.each([
  'package @ https://example.com/package-1.0.tar.gz',
  'package@git+https://example.com/repository.git',
  '--no-binary :all:',
  'numpy\n--only-binary :none:',
  '--index-url https://example.com/simple',
  '--extra-index-url=https://example.com/simple',
  '-i https://example.com/simple',
  '-r other.txt',
  'numpy --global-option=build',
  '# comment \\\n--no-binary :all:',
])('%j is refused where no code of packages may run', (text) => {
  expect(() => checkRequirements(text, true)).toThrow(
    expect.objectContaining({ extra: { reason: 'environment_failed' } }),
  );
});
