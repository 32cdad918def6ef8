import { checkArgument } from "../../runtime/check-argument.ts";
import type { PictureSource } from "../../runtime/pictures/picture.ts";
import type { Frame, Frames } from "./frame.ts";
import { NewestFrame } from "./newest-frame.ts";

/** Frames as they come, all but the newest dropped. */
export function newestOf(pictures: AsyncIterable<PictureSource>): Frames {
  return new NewestFrame((place) => {
    const iterator = iteratorOf(pictures);
    let isWanted = true;
    const pump = async () => {
      while (isWanted) {
        const { done, value } = await iterator.next();
        if (done) return place.end();
        place.put(frameOf(value));
        // A source that never waits would leave no time for anything else.
        await new Promise((resolve) => setTimeout(resolve));
      }
    };
    pump().catch((cause) => place.fail(cause));
    return () => {
      isWanted = false;
      leave(iterator);
    };
  });
}

/** Every frame, the next one asked for when the one before is answered. */
export function allOf(pictures: AsyncIterable<PictureSource>): Frames {
  const iterator = iteratorOf(pictures);
  return {
    dropped: 0,
    async next() {
      const { done, value } = await iterator.next();
      return done ? undefined : frameOf(value);
    },
    close: () => leave(iterator),
  };
}

function iteratorOf(pictures: AsyncIterable<PictureSource>): AsyncIterator<PictureSource> {
  const iterator = pictures[Symbol.asyncIterator]();
  checkArgument(
    typeof iterator?.next === "function",
    "stream",
    "an iterator of pictures",
    iterator,
    "Use async function*.",
  );
  return iterator;
}

function frameOf(picture: PictureSource): Frame {
  return { picture, came: performance.now() };
}

/** Without waiting: it may be in the middle of what never comes. */
function leave(iterator: AsyncIterator<unknown>): void {
  iterator.return?.()?.catch(() => {});
}
