import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { SpaceFeedDocument, type SpaceFeedSubscription } from '../../generated/shell.js';
import { useApi } from '../api/api-context.js';
import type { ApiFault } from '../api/api-error.js';
import { FaultMessage } from '../components/fault-message.js';

/** An item of the numbered stream of a space. */
export type SpaceItem = SpaceFeedSubscription['spaceEvents'];

const heartbeatSeconds = 20;
/** Two heartbeats and some delay: a connection that is silent for so long is dead, also where the browser has not noticed. */
const maxSilenceMs = 50_000;

interface SpaceFeed {
  listen(listener: (item: SpaceItem) => void): () => void;
}

const SpaceFeedContext = createContext<SpaceFeed | null>(null);

/** Follows a space for everything below it: one stream, which is resumed after its last item. */
export function SpaceFeedProvider({ slug, children }: { slug: string; children: ReactNode }) {
  const { live } = useApi();
  const listeners = useRef(new Set<(item: SpaceItem) => void>());
  const [fault, setFault] = useState<ApiFault | null>(null);
  useEffect(() => {
    let lastMs = Date.now();
    // What was loaded before the stream began may have missed a change: the first item says to load it again.
    let isFirst = true;
    setFault(null);
    const stop = live.subscribe(
      SpaceFeedDocument,
      { spaceSlug: slug, heartbeatSeconds },
      {
        onData({ spaceEvents }) {
          lastMs = Date.now();
          const items = isFirst
            ? [{ ...spaceEvents, __typename: 'SpaceEventsReset' as const }, spaceEvents]
            : [spaceEvents];
          isFirst = false;
          for (const item of items) for (const listener of [...listeners.current]) listener(item);
        },
        resume: ({ spaceEvents }) => ({ after: spaceEvents.cursor }),
        onFault: setFault,
      },
    );
    const watch = setInterval(() => {
      if (Date.now() - lastMs < maxSilenceMs) return;
      lastMs = Date.now();
      live.reopen();
    }, 5_000);
    return () => {
      clearInterval(watch);
      stop();
    };
  }, [live, slug]);
  const feed = useMemo<SpaceFeed>(
    () => ({
      listen(listener) {
        listeners.current.add(listener);
        return () => listeners.current.delete(listener);
      },
    }),
    [],
  );
  return (
    <SpaceFeedContext value={feed}>
      <FaultMessage fault={fault} />
      {children}
    </SpaceFeedContext>
  );
}

/**
 * Calls `listener` for each item of the space that the page follows; the newest function is called.
 * @throws Error outside of {@link SpaceFeedProvider}
 */
export function useSpaceItems(listener: (item: SpaceItem) => void): void {
  const feed = useContext(SpaceFeedContext);
  if (!feed) throw new Error('No space is followed here.');
  const newest = useRef(listener);
  useEffect(() => {
    newest.current = listener;
  });
  useEffect(() => feed.listen((item) => newest.current(item)), [feed]);
}
