import { RevokeTokenDocument, type TokenRowFragment } from '../../generated/shell.js';
import { useAction } from '../api/use-action.js';
import { ConfirmButton } from '../components/confirm-button.js';
import { FaultMessage } from '../components/fault-message.js';
import { Loading } from '../components/loading.js';
import { RelativeTime } from '../components/relative-time.js';
import { StatusBadge } from '../components/status-badge.js';
import { ShowMore } from '../paging/show-more.js';
import type { Pages } from '../paging/use-pages.js';
import { useRefresh } from '../paging/use-refresh.js';

/** API tokens, of those that are loaded the ones that can be used first. */
export function TokenRows({ tokens }: { tokens: Pages<TokenRowFragment> }) {
  useRefresh(tokens.soon);
  const revoke = useAction(RevokeTokenDocument);
  const now = new Date().toISOString();
  const stateOf = ({ revokedAt, expiresAt }: TokenRowFragment) =>
    revokedAt ? 'revoked' : expiresAt && expiresAt < now ? 'expired' : 'ready';
  const sorted = [...(tokens.rows ?? [])].sort(
    (a, b) => Number(stateOf(b) === 'ready') - Number(stateOf(a) === 'ready'),
  );
  return (
    <>
      <FaultMessage fault={tokens.fault} />
      {tokens.isLoading && <Loading what="tokens" />}
      {tokens.rows?.length === 0 && <p className="empty">There is no token.</p>}
      {sorted.length > 0 && (
        <ul className="rows panel">
          {sorted.map((token) => (
            <li key={token.id} className={stateOf(token) === 'ready' ? '' : 'inactive'}>
              <span className="grow">
                <strong>{token.name}</strong>{' '}
                <span className="hint">
                  {token.scopes.join(', ')} · created <RelativeTime time={token.createdAt} />
                  {token.expiresAt && (
                    <>
                      {' '}
                      · expires <RelativeTime time={token.expiresAt} />
                    </>
                  )}
                </span>
              </span>
              {stateOf(token) !== 'ready' && <StatusBadge status={stateOf(token)} />}
              {stateOf(token) === 'ready' && (
                <ConfirmButton
                  label="Revoke"
                  name={`Revoke ${token.name}`}
                  title={`Revoke ${token.name}?`}
                  {...revoke}
                  onConfirm={async () => {
                    const isRevoked = (await revoke.run({ id: token.id })) !== undefined;
                    if (isRevoked) tokens.reload();
                    return isRevoked;
                  }}
                >
                  <p>What uses it is signed out. This cannot be undone.</p>
                </ConfirmButton>
              )}
            </li>
          ))}
        </ul>
      )}
      <ShowMore pages={tokens} what="tokens" />
    </>
  );
}
