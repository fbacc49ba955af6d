/** lmdb-js keeps the reason in a promise beside the error; left alone, that promise would be an unhandled rejection. */
export async function reasonOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error && 'commitError' in error)) return error;
  try {
    await error.commitError;
    return error;
  } catch (reason) {
    return reason;
  }
}
