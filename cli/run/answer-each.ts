import { DptError, InternalError } from "../../src/runtime/errors.ts";
import type { FailedPictures } from "./failed-pictures.ts";

/**
 * Asks for answers for pictures together, and where that fails for each alone, so that what fails is told of the picture
 * on which it does: one that is too small for the network, whose answer is not finite, for which memory is short.
 * @returns of those that have an answer
 * @throws what says nothing of a picture: bugs, and errors that are not ours
 */
export async function answerEach<Item extends { readonly image: string }, Answer>(
  items: readonly Item[],
  ask: (items: readonly Item[]) => Promise<readonly Answer[]>,
  failed: FailedPictures,
): Promise<readonly (readonly [Item, Answer])[]> {
  if (items.length === 0) return [];
  try {
    const answers = await ask(items);
    return items.map((item, i) => [item, answers[i]!]);
  } catch (error) {
    if (!(error instanceof DptError) || error instanceof InternalError) throw error;
    if (items.length === 1) {
      failed.add(items[0]!.image, error);
      return [];
    }
    const each: (readonly [Item, Answer])[] = [];
    for (const item of items) each.push(...(await answerEach([item], ask, failed)));
    return each;
  }
}
