/** More targets than this in one check would outgrow one answer of 6 MB and the sockets of one vantage. */
export const MAX_TARGETS = 1000;
