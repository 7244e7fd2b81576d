import type { Reporter, TestModule } from 'vitest/node';

/** Ends the report of a run with the tests that passed only on a second try, and the errors of their first try. */
export const secondTries: Reporter = {
  onTestRunEnd(modules: readonly TestModule[]) {
    for (const module of modules) {
      for (const test of module.children.allTests('passed')) {
        if (!test.diagnostic()?.flaky) continue;
        console.log(`Passed on a second try only: ${module.relativeModuleId} > ${test.fullName}`);
        for (const { message, stacks } of test.result().errors ?? []) {
          const [at] = stacks ?? [];
          console.log(`  ${message}${at ? ` (line ${at.line})` : ''}`);
        }
      }
    }
  },
};
