/** The store did not do what was asked; the message is one line, `cause` is what the database said. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

/** A cursor that no answer of ours has given. */
export class CursorError extends Error {
  override readonly name = 'CursorError';
}
