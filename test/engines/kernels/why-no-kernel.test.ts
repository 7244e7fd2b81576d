import { expect, it } from 'vitest';
import { whyNoKernel } from '../../../src/engines/kernels/why-no-kernel.js';

it('a kernel that is there is no reason, in lower case or not', () => {
  expect(whyNoKernel('Python3', ['bash', 'python3'])).toBeNull();
  expect(whyNoKernel('ir', ['IR'])).toBeNull();
});

it('a missing kernel is one, which names the others', () => {
  expect(whyNoKernel('ir', ['python3', 'bash'])).toBe(
    'Jupyter has no kernel "ir" (it has bash, python3); install it, or change the kernel profile.',
  );
});

it('what is no name of a kernel is not repeated, and a long list is cut', () => {
  expect(whyNoKernel('ir', ['<script>', 'a b', 'x'.repeat(101)])).toBe(
    'Jupyter has no kernel "ir"; install it, or change the kernel profile.',
  );
  const many = Array.from({ length: 11 }, (_, index) => `kernel-${index + 10}`);
  expect(whyNoKernel('ir', many)).toContain('kernel-19, …);');
  expect(whyNoKernel('ir', many)).not.toContain('kernel-20');
});
