/** A Jupyter server answered with a redirect, which is not followed: it would send the token to another server. */
export class RedirectError extends Error {
  constructor() {
    super('The Jupyter server redirects to another address.');
    this.name = 'RedirectError';
  }
}
