/** What is read back from the table has the shape that it was written with: nobody but this store writes there. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- this is an assertion, in the one place that has its reason
export function asWritten<T>(value: unknown): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- checking each item again would cost more than it could find
  return value as T;
}
