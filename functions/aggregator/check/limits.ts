/** With more targets, a report could exceed Lambda's 6 MB, and one vantage would need too many sockets. */
export const MAX_TARGETS = 1000;
