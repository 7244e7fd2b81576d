import { useState } from 'react';
import { MyTokensDocument, type MyTokensQuery } from '../../generated/shell.js';
import { Section } from '../components/section.js';
import { usePages } from '../paging/use-pages.js';
import { CreateTokenDialog } from './create-token-dialog.js';
import { NewTokenNote } from './new-token-note.js';
import { TokenRows } from './token-rows.js';

const tokensOf = ({ me }: MyTokensQuery) => me.apiTokens;

/** The API tokens of the signed-in user. */
export function TokenSection() {
  const tokens = usePages(MyTokensDocument, {}, tokensOf);
  const [isCreating, setCreating] = useState(false);
  const [created, setCreated] = useState<string | null>(null);
  return (
    <Section
      title="API tokens"
      count={tokens.total}
      actions={
        <button type="button" className="primary" onClick={() => setCreating(true)}>
          New token
        </button>
      }
    >
      <p className="hint">Programs sign in with a token: scripts, Git clients, this page.</p>
      {created && <NewTokenNote token={created} />}
      <TokenRows tokens={tokens} />
      {isCreating && (
        <CreateTokenDialog
          onClose={() => setCreating(false)}
          onCreated={(token) => {
            setCreated(token);
            setCreating(false);
            tokens.reload();
          }}
        />
      )}
    </Section>
  );
}
