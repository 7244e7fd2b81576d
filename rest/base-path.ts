/** The path of all routes; `:space` is the slug of the space. */
export const basePath = '/api/v1.0/engagement/spaces/:space/notebooks';
