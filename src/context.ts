import type { Space, SpaceRole, TokenScope } from '../prisma/generated/client/client.js';

/** The user who sent a request, with the scopes of their token. */
export interface Actor {
  userId: string;
  name: string;
  email: string;
  /** A platform admin has the role admin in every space. */
  isPlatformAdmin: boolean;
  tokenId: string;
  /** When the token ends by itself, where no row of the database says it: for a JWT of an issuer. */
  jwtExpiresAt?: Date;
  scopes: ReadonlySet<TokenScope>;
}

/** A user's role and teams in one space. */
export interface SpaceAccess {
  space: Space;
  role: SpaceRole;
  /** The ids of the user's teams in this space. */
  teamIds: string[];
}

/** What a command knows about its request. There is one for each request or subscription. */
export interface RequestContext {
  actor: Actor;
  /** The id in the response header `X-Request-Id` and in the log. */
  requestId: string;
  /** A cache of the actor's access to spaces, by `id:…` and `slug:…`. `loadSpace` fills it; null for no access. */
  spaces: Map<string, Promise<SpaceAccess | null>>;
  /** Aborts when the answer was sent or the caller has left; undefined where nobody can leave. */
  left?: AbortSignal;
}
