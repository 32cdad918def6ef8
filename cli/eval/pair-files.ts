import { readdir } from "node:fs/promises";
import { extname, join } from "node:path";
import { FileError } from "../../src/runtime/errors.ts";

/** A picture and what is true of it. */
export interface Pair {
  readonly image: string;
  readonly truth: string;
}

const PICTURES = new Set([".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".avif"]);
const TRUTHS = new Set([".png", ".npy"]);

/**
 * The pictures of a folder, by name, each with the file of the same name (but for its ending) in another.
 * @throws FileError for a folder that cannot be read, one without pictures, or a picture without its truth or with two
 */
export async function pairFiles(images: string, truths: string): Promise<Pair[]> {
  const pictures = (await filesOf(images, PICTURES)).sort();
  if (pictures.length === 0) throw new FileError(`${images}: want pictures, got none. Check the folder.`);
  const answers = await filesOf(truths, TRUTHS);
  return pictures.map((picture) => {
    const found = answers.filter((file) => nameOf(file) === nameOf(picture));
    if (found.length === 1) return { image: join(images, picture), truth: join(truths, found[0]!) };
    const want = `want ${nameOf(picture)}.png or .npy, what is true of ${picture}`;
    throw new FileError(
      `${truths}: ${want}, got ${found.length === 0 ? "neither" : "both"}. Name each as its picture.`,
    );
  });
}

async function filesOf(folder: string, endings: ReadonlySet<string>): Promise<string[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new FileError(`${folder}: want a folder, got none. Check the path.`, { cause });
  });
  return names.filter((name) => endings.has(extname(name).toLowerCase()));
}

function nameOf(file: string): string {
  return file.slice(0, -extname(file).length);
}
