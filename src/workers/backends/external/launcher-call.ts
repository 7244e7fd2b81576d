import { type LaunchPlan, launcherProgram } from './launcher-program.js';
import { workerMarker } from './server-process.js';

/** How Python runs a launcher. */
export interface LauncherCall {
  args: string[];
  /** Its environment: nothing that anybody else has chosen. */
  env: NodeJS.ProcessEnv;
  /** What it reads first. */
  input: string;
}

/**
 * How Python runs the launcher of a plan. Its environment is PATH, LANG and, if the plan has it, the variable by which the
 * processes of a worker are found: also those of a launcher that has not started its program yet.
 */
export function launcherCall(plan: LaunchPlan): LauncherCall {
  const { [workerMarker]: marker } = plan.environment;
  return {
    // Whatever the locale is, paths and variables have the bytes that they have here.
    args: ['-I', '-X', 'utf8', '-c', launcherProgram],
    env: {
      PATH: process.env.PATH,
      LANG: 'C.UTF-8',
      ...(marker === undefined ? {} : { [workerMarker]: marker }),
    },
    input: `${JSON.stringify(plan)}\n`,
  };
}
