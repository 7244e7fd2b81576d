import { useEffect, useRef, useState } from 'react';
import { type ApiFault, graphqlFault } from '../api/api-error.js';
import { FaultMessage } from '../components/fault-message.js';
import { Loading } from '../components/loading.js';
import { usePageTitle } from '../components/use-page-title.js';
import { useSession } from '../sign-in/session.js';
import { isDark } from '../theme/is-dark.js';
import { loadReader } from './load-reader.js';
import { readerConfiguration } from './reader-configuration.js';
import 'swagger-ui-dist/swagger-ui.css';
import './reference.css';

/** The reference of the REST API: every operation of `/openapi.json`, with a form that sends it. */
export function ReferencePage() {
  usePageTitle('REST API');
  const { token } = useSession();
  const element = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<'loading' | 'shown' | ApiFault>('loading');
  useEffect(() => {
    const leave = new AbortController();
    // The reader looks at this class once, and follows no later change.
    document.documentElement.classList.toggle('dark-mode', isDark());
    // It has no end of its own: its element is taken away.
    const shown = document.createElement('div');
    const open = async () => {
      const [showDocument, description] = await Promise.all([
        loadReader(),
        readDescription(token!, leave.signal),
      ]);
      if (leave.signal.aborted || !element.current) return;
      element.current.append(shown);
      const shownDocument = showDocument(readerConfiguration(description, shown));
      shownDocument.preauthorizeApiKey('bearer', token!);
      setState('shown');
    };
    open().catch((error: Error) => {
      if (!leave.signal.aborted) setState(graphqlFault(error));
    });
    return () => {
      leave.abort();
      shown.remove();
      document.documentElement.classList.remove('dark-mode');
    };
  }, [token]);
  return (
    <div className="reference">
      <h1 className="visually-hidden">REST API</h1>
      <p>
        The same, and more, is in GraphQL: open the <a href="/graphql">GraphQL explorer</a>.
      </p>
      {state === 'loading' && <Loading what="the reference" />}
      {typeof state === 'object' && <FaultMessage fault={state} />}
      <div ref={element} />
    </div>
  );
}

/** @throws Error with the sentence of a refusal */
async function readDescription(token: string, signal: AbortSignal): Promise<string> {
  const response = await fetch('/openapi.json', { headers: { authorization: `Bearer ${token}` }, signal });
  const text = await response.text();
  if (response.ok) return text;
  throw new Error((JSON.parse(text) as { detail: string }).detail);
}
