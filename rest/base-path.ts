/** Where all routes are mounted. */
export const basePath = '/api/v1.0/engagement/spaces/:space/notebooks';
