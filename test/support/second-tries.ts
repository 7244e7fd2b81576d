import type { Reporter, TestModule } from 'vitest/node';

/** Ends a run's report with the tests that passed on a second try only, and why the first one failed. */
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
