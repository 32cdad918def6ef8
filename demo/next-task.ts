/** Lets the browser draw and listen between two steps of the page. @throws the signal's reason when aborted */
export async function nextTask(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
  signal.throwIfAborted();
}
