import type { Space, SpaceRole, TokenScope } from '../prisma/generated/client/client.js';

/** The user who sent a request, and what the token that they used allows. */
export interface Actor {
  userId: string;
  name: string;
  email: string;
  /** A platform admin has the role admin in every space. */
  isPlatformAdmin: boolean;
  tokenId: string;
  scopes: ReadonlySet<TokenScope>;
}

/** A user's role and teams in one space. */
export interface SpaceAccess {
  space: Space;
  role: SpaceRole;
  /** The ids of the user's teams in this space. */
  teamIds: string[];
}

/** What every command knows of the request that runs it; one per request or subscription. */
export interface RequestContext {
  actor: Actor;
  /** The same id as in the answer's `X-Request-Id` and in the log line. */
  requestId: string;
  /** The actor's access to the spaces of this request, by `id:…` and `slug:…`; filled by `loadSpace`. */
  spaces: Map<string, Promise<SpaceAccess | null>>;
}
