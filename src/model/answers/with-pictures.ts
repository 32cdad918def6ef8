import type { CallQueue } from "../../runtime/call-queue.ts";
import { type Picture, type PictureSource, releasePicture } from "../../runtime/pictures/picture.ts";
import type { Engine } from "../../runtime/session/engine.ts";

/**
 * Does something with pictures when its turn comes. They are read at once: the caller may use its buffers for the next
 * ones while these wait.
 * @param checked what rejects if the call makes no sense
 * @throws what `checked` does, or else what reading the first that cannot be read does, when its turn comes
 */
export async function withPictures<Result>(
  engine: Engine,
  calls: CallQueue,
  sources: readonly PictureSource[],
  task: (pictures: readonly Picture[]) => Promise<Result>,
  { checked, signal: given }: { readonly checked: Promise<void>; readonly signal?: AbortSignal | undefined },
): Promise<Result> {
  // `checked` has not refused anything yet: what was given as a signal may be something else.
  const signal = given?.addEventListener ? given : undefined;
  signal?.throwIfAborted();
  const taking = Promise.allSettled(sources.map((source) => engine.takePicture(source)));
  const taken = taking.then((results) => results.flatMap((read) => (read.status === "fulfilled" ? [read.value] : [])));
  try {
    return await calls.run(async () => {
      await checked;
      const failed = (await taking).find(({ status }) => status === "rejected") as PromiseRejectedResult | undefined;
      if (failed) throw failed.reason;
      return task(await taken);
    }, signal);
  } finally {
    taken.then((pictures) => pictures.forEach(releasePicture));
  }
}
