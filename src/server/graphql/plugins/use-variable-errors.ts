import type { ExecutionArgs } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { variableError } from '../variable-error.js';

/** A Yoga plugin that answers values which the types of their variables do not allow with one error about all fields. */
export function useVariableErrors(): Plugin {
  return {
    onExecute({ args, setResultAndStopExecution }) {
      const error = variableError(args as ExecutionArgs);
      if (error) setResultAndStopExecution({ errors: [error] });
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      const error = variableError(args as unknown as ExecutionArgs);
      if (error) setResultAndStopExecution({ errors: [error] } as never);
    },
  };
}
