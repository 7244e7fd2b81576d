/** The committer of every commit that the gateway creates; the author is the caller. */
export const serviceIdentity = { name: 'Notebook Gateway', email: 'gateway@localhost' };
