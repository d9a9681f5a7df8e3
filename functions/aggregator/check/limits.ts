/** More targets than this in one check would outgrow one answer of 6 MB and the sockets of one vantage. */
export const MAX_TARGETS = 1000;

/**
 * Checks on demand that the whole service runs at once, over all of its processes. In the home region each takes two Lambda
 * functions, the aggregator and the probe, and so does the tick: ten together, which is all that a new account may run at once.
 */
export const MAX_CHECKS_AT_ONCE = 4;
