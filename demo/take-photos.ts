import { readPicture, smallPicture } from "./draw/painter.ts";
import { type OwnPhoto, withGiven } from "./pictures/own-photos.ts";
import type { Picture } from "./pictures/picture.ts";
import { ownPhotos, say } from "./state.ts";
import { messageOf } from "./words/message-of.ts";

/**
 * Shows the first of some photos that can be read, and keeps it and those behind it to choose from.
 * @param show gets it with its key
 * @returns why those before it could not be read, if there are any
 */
export async function takePhotos(files: readonly File[], show: (read: Picture, key: string) => void): Promise<unknown> {
  let broken: unknown;
  for (const [i, file] of files.entries()) {
    try {
      const read = await readOwn(file);
      const { photos, keys } = withGiven(ownPhotos.peek(), files.slice(i));
      keep(photos);
      show(read, keys[0]!);
      void makeSmall();
      return broken;
    } catch (error) {
      broken = error;
    }
  }
  return broken;
}

/** @throws FileError if this browser cannot read it */
export function readOwn(file: File): Promise<Picture> {
  return readPicture(nameOf(file), file);
}

/** The small pictures to choose by, one after the other; a photo that cannot be read is told and not kept. */
async function makeSmall(): Promise<void> {
  for (const { key, file, small } of ownPhotos.peek()) {
    if (small !== undefined) continue;
    try {
      const url = URL.createObjectURL(await smallPicture(nameOf(file), file));
      keep(ownPhotos.peek().map((each) => (each.key === key ? { ...each, small: url } : each)));
    } catch (error) {
      keep(ownPhotos.peek().filter((each) => each.key !== key));
      say({ kind: "error", text: messageOf(error) });
    }
  }
}

function keep(photos: readonly OwnPhoto[]): void {
  const before = ownPhotos.peek();
  ownPhotos.value = photos;
  const used = new Set(photos.map(({ small }) => small));
  for (const { small } of before) if (small !== undefined && !used.has(small)) URL.revokeObjectURL(small);
}

function nameOf({ name }: File): string {
  return name || "the pasted picture";
}
