import { readFile } from "node:fs/promises";
import { decode } from "fast-png";
import { parse } from "npyjs";
import type { Size } from "../../src/index.ts";
import { FileError } from "../../src/runtime/errors.ts";
import { formatSize } from "../text/format-size.ts";

/** A value for each pixel, row by row from the top. */
export type PixelValues = ArrayLike<number>;

/**
 * What a data set says of each pixel of a picture: a PNG of one channel (8 or 16 bits; of an indexed one the indices) or a
 * `.npy` array `[height, width]`.
 * @throws FileError for anything else, or another size than the picture's
 */
export async function readTruth(path: string, picture: Size): Promise<PixelValues> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new FileError(`${path}: want a file that can be read, got "${String(cause)}". Check the path.`, { cause });
  });
  const { width, height, values } = path.toLowerCase().endsWith(".npy") ? readNpy(path, bytes) : readPng(path, bytes);
  if (width === picture.width && height === picture.height) return values;
  const want = `want ${formatSize(picture)} values, as the picture`;
  throw new FileError(`${path}: ${want}, got ${formatSize({ width, height })}. Resize one to the other.`);
}

interface Truth extends Size {
  readonly values: PixelValues;
}

function readPng(path: string, bytes: Buffer): Truth {
  const { width, height, data, channels, depth } = reading(path, "a PNG", () => decode(bytes, { checkCrc: true }));
  if (channels === 1 && depth >= 8) return { width, height, values: data };
  const got = `${channels} channels of ${depth} bits`;
  throw new FileError(`${path}: want a PNG of one channel, 8 or 16 bits, got ${got}. Save ids or depth, not colours.`);
}

function readNpy(path: string, bytes: Buffer): Truth {
  const copy = Uint8Array.from(bytes).buffer;
  const { shape, data, fortranOrder } = reading(path, "a .npy array", () => parse(copy));
  const values = data as unknown as PixelValues;
  const [height, width] = shape as [number, number];
  const isMap = shape.length === 2 && !fortranOrder && values.length === height * width;
  if (isMap && (width === 0 || typeof values[0] === "number")) return { width, height, values };
  const got = `[${shape.join(", ")}]${fortranOrder ? " column by column" : ""}, ${values.length} values`;
  throw new FileError(`${path}: want numbers [height, width] row by row, got ${got}. Save it so with numpy.save.`);
}

function reading<Result>(path: string, want: string, read: () => Result): Result {
  try {
    return read();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new FileError(`${path}: want ${want}, got "${message}". Copy it again.`, { cause });
  }
}

/** Labels one less, as DPTImageProcessor's `do_reduce_labels`: 0 and 255 become 255. */
export function reducedLabels(labels: PixelValues): PixelValues {
  return Array.from(labels, (label) => (label === 0 || label === 255 ? 255 : label - 1));
}
