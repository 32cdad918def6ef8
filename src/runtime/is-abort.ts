/** Whether an error is the caller's own abort, which must reach the caller untouched. */
export function isAbort(error: unknown, signal?: AbortSignal): boolean {
  return (signal?.aborted ?? false) || (error instanceof Error && error.name === "AbortError");
}
