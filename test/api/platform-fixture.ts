import { afterAll, beforeAll } from 'vitest';
import { openTestPlatform, type TestPlatform } from '../support/platform.js';

export let at: TestPlatform['at'];
export let admin: TestPlatform['admin'];
export let editor: TestPlatform['editor'];
export let viewer: TestPlatform['viewer'];
export let stranger: TestPlatform['stranger'];
export let run: TestPlatform['run'];
export let failure: TestPlatform['failure'];
export let mutate: TestPlatform['mutate'];
export let refused: TestPlatform['refused'];
export let space: TestPlatform['space'];

/** Opens one platform for the tests of the file that calls this, and closes it after them. */
export function setUpPlatform(): void {
  beforeAll(async () => {
    ({ at, admin, editor, viewer, stranger, run, failure, mutate, refused, space } =
      await openTestPlatform());
  });
  afterAll(() => at.close());
}
