import { appendFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

type Failure = { readonly message: string; readonly stacks?: ReadonlyArray<{ file: string; line: number }> };

/** Of longer messages the rest is in the report of the test itself. */
const maxLength = 1_000;

/**
 * Lists what failed and what passed on a second try only, with its errors. With `CLOSING_REPORT`, the path of a file, the
 * lines are added to it, so that whoever runs vitest more than once can print them last; without it they are printed here.
 */
export const closingReport: Reporter = {
  onTestRunEnd(modules, unhandledErrors) {
    const lines = modules.flatMap(linesOf);
    for (const error of unhandledErrors) lines.push('Failed outside of a test', ...describe([error]));
    if (lines.length === 0) return;
    const text = `${lines.join('\n')}\n`;
    if (process.env.CLOSING_REPORT) appendFileSync(process.env.CLOSING_REPORT, text);
    else process.stdout.write(text);
  },
};

function linesOf(module: TestModule): string[] {
  const name = `${module.project.name}: ${module.relativeModuleId}`;
  const lines: string[] = [];
  for (const group of [module, ...module.children.allSuites()]) {
    if (group.errors().length > 0)
      lines.push(`Failed beside its tests: ${name}`, ...describe(group.errors()));
  }
  for (const test of module.children.allTests()) {
    const result = test.result();
    const title = `${name} > ${test.fullName}`;
    if (result.state === 'failed') lines.push(`Failed: ${title}`, ...describe(result.errors));
    else if (test.diagnostic()?.flaky)
      lines.push(`Passed on a second try only: ${title}`, ...describe(result.errors ?? []));
  }
  return lines;
}

function describe(errors: readonly Failure[]): string[] {
  return errors.map(({ message, stacks }) => {
    const shown = message.length > maxLength ? `${message.slice(0, maxLength)}…` : message;
    return `  ${shown}${stacks?.[0] ? ` (line ${stacks[0].line})` : ''}`;
  });
}
