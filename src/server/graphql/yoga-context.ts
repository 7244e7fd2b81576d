import type { Context } from '../../../schema/builder.js';

/** The context of the resolvers, with a signal that aborts when the response is closed: sent, or the client has left. */
export type YogaContext = Context & { left: AbortSignal };
