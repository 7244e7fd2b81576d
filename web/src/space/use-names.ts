import { useMemo } from 'react';
import { useQuery } from 'urql';
import { MembersDocument } from '../../generated/shell.js';

/** A function that names a user of a space: by the name of a member, else by a part of the id. Until the names are known, `…`. */
export function useNames(slug: string): (userId: string) => string {
  const [{ data, fetching }] = useQuery({
    query: MembersDocument,
    variables: { slug },
    requestPolicy: 'cache-first',
  });
  return useMemo(() => {
    const names = new Map(data?.space.members.nodes.map(({ userId, user }) => [userId, user.name]));
    const isLoading = !data && fetching;
    return (userId) => names.get(userId) ?? (isLoading ? '…' : `user ${userId.slice(0, 8)}`);
  }, [data, fetching]);
}
