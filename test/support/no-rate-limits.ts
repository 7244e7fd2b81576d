/** The variables of a gateway for tests, which send many requests from one address with one token. */
export const noRateLimits = { RATE_LIMIT_REQUESTS: '0', RATE_LIMIT_COST: '0', RATE_LIMIT_FAILURES: '0' };
