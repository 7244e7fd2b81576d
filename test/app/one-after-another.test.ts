import { expect, it } from 'vitest';
import { oneAfterAnother } from '../../src/app/one-after-another.js';
import { LocalLeases } from '../../src/engines/database/local-leases.js';

/** Steps that go on until the test ends them. */
function openSteps() {
  const steps = { runs: 0, end: () => {} };
  const run = () => {
    steps.runs++;
    return new Promise<void>((resolve) => {
      steps.end = resolve;
    });
  };
  return Object.assign(steps, { run });
}

it('first steps that have something to create run one after the other', async () => {
  const leases = new LocalLeases();
  const [first, second] = [openSteps(), openSteps()];
  const missing = async () => false;
  const ran = [first, second].map(({ run }) => oneAfterAnother(leases, missing, run));
  await expect.poll(() => first.runs).toBe(1);
  expect(second.runs).toBe(0);
  first.end();
  await expect.poll(() => second.runs).toBe(1);
  second.end();
  await Promise.all(ran);
});

it('first steps that have nothing to create wait for nobody, also not for a gateway that is stopped', async () => {
  const leases = new LocalLeases();
  const stopped = openSteps();
  let isSetUp = false;
  const look = async () => isSetUp;
  const never = oneAfterAnother(leases, look, stopped.run);
  await expect.poll(() => stopped.runs).toBe(1);
  const waiting = oneAfterAnother(leases, look, async () => 'waited');
  isSetUp = true;
  expect(await waiting).toBe('waited');
  expect(await oneAfterAnother(leases, look, async () => 'began')).toBe('began');
  stopped.end();
  await never;
});
