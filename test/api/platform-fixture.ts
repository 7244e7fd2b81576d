import { afterAll, beforeAll } from 'vitest';
import { openTestPlatform, type TestPlatform } from '../support/platform.js';

// One platform for the tests of a file, in its parts.
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
beforeAll(async () => {
  ({ at, admin, editor, viewer, stranger, run, failure, mutate, refused, space } = await openTestPlatform());
});
afterAll(() => at.close());
