import { useState } from 'react';
import { WarmPoolsDocument, type WarmPoolsQuery } from '../../../generated/shell.js';
import { FaultMessage } from '../../components/fault-message.js';
import { Loading } from '../../components/loading.js';
import { Section } from '../../components/section.js';
import { usePages } from '../../paging/use-pages.js';
import { useRefresh } from '../../paging/use-refresh.js';
import { NewPoolDialog } from './new-pool-dialog.js';
import { PoolCard } from './pool-card.js';

/** A worker starts within some seconds. */
const refreshSeconds = 5;

/** The API answers all pools together. */
const poolsOf = ({ warmPools }: WarmPoolsQuery) => ({
  nodes: warmPools,
  totalCount: warmPools.length,
  pageInfo: { hasNextPage: false, endCursor: null },
});

/** How many started workers and kernels wait for users, by kernel profile and resource class, as it is now. */
export function PoolSection() {
  const pools = usePages(WarmPoolsDocument, {}, poolsOf);
  useRefresh(pools.soon, refreshSeconds);
  const [isCreating, setCreating] = useState(false);
  return (
    <Section
      title="Warm pools"
      count={pools.total}
      actions={
        pools.rows && (
          <button type="button" className="primary" onClick={() => setCreating(true)}>
            New warm pool
          </button>
        )
      }
    >
      <p className="hint">
        Workers that are started before anybody asks for them, and kernels that are started on live workers.
      </p>
      <FaultMessage fault={pools.fault} />
      {pools.isLoading && <Loading what="warm pools" />}
      {pools.rows?.length === 0 && (
        <p className="empty">There is no warm pool. Each worker and each kernel starts on demand.</p>
      )}
      <ul className="cards">
        {pools.rows?.map((pool) => (
          <PoolCard
            key={`${pool.kernelProfile.id} ${pool.resourceClass.id}`}
            pool={pool}
            onChange={pools.reload}
          />
        ))}
      </ul>
      {isCreating && <NewPoolDialog onClose={() => setCreating(false)} onSaved={pools.reload} />}
    </Section>
  );
}
