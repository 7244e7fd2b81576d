import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { useCallback, useState } from 'react';
import { useClient } from './api-context.js';
import { type ApiFault, faultOf } from './api-error.js';

/** A mutation that a control of the page starts. */
export interface Action<Data, Variables> {
  /** Runs it. @returns its data, or undefined when it failed: `fault` says why */
  run(variables: Variables): Promise<Data | undefined>;
  isBusy: boolean;
  /** Why the last run failed. */
  fault: ApiFault | null;
}

/** Prepares a mutation for a control. */
export function useAction<Data, Variables extends Record<string, unknown>>(
  document: TypedDocumentNode<Data, Variables>,
): Action<Data, Variables> {
  const client = useClient();
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<ApiFault | null>(null);
  const run = useCallback(
    async (variables: Variables) => {
      setBusy(true);
      setFault(null);
      const { data, error } = await client.mutation<Data>(document, variables).toPromise();
      setBusy(false);
      if (error) setFault(faultOf(error));
      return error ? undefined : data;
    },
    [client, document],
  );
  return { run, isBusy, fault };
}
