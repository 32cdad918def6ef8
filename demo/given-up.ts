/** How long what is given up may take to end before the next begins all the same. */
const GIVEN_UP_MS = 2000;

/** Until something that is given up has ended, well or not; what is slow to tell is not waited for. */
export async function givenUp(task: Promise<unknown> | undefined): Promise<void> {
  const ended = task?.then(
    () => {},
    () => {},
  );
  if (ended) await Promise.race([ended, new Promise<void>((resolve) => setTimeout(resolve, GIVEN_UP_MS))]);
}
