import { UsageError } from "../../runtime/errors.ts";
import { quote } from "../../runtime/quote.ts";
import type { Colour } from "../config/class-colours.ts";
import { type PaletteName, paletteFor } from "../palettes/palette-for.ts";
import { depthLevels } from "./depth-levels.ts";
import type { DepthMap, NormalMap, Segmentation } from "./predictions.ts";

/** How any result is drawn. */
export interface ImageOptions {
  /** How much of what is below the colours hide: 0 to 1. */
  readonly alpha?: number | undefined;
}

/** How a label map is drawn. */
export interface LabelImageOptions extends ImageOptions {
  /** A colour for each class, or a data set's by its name; those of {@link paletteFor} if left out. */
  readonly palette?: readonly Colour[] | PaletteName | undefined;
  /** Ids or names of the classes that get colour; all if left out. The others stay transparent. */
  readonly classes?: Iterable<number | string> | undefined;
}

/** How a depth map is drawn. */
export interface DepthImageOptions extends ImageOptions {
  /** Colours from the farthest to the nearest, any number; black to white if left out. */
  readonly palette?: readonly Colour[] | undefined;
}

type Bytes = Uint8ClampedArray<ArrayBuffer>;

const GREYS: readonly Colour[] = Array.from({ length: 256 }, (_, level) => [level, level, level]);

/**
 * RGBA of a label map.
 * @throws UsageError for a class that the model does not have, fewer colours than classes, or options that make no sense
 */
export function labelPixels(
  { labels, classes, colours }: Pick<Segmentation, "labels" | "classes" | "colours">,
  options?: LabelImageOptions,
): Bytes {
  const { palette, classes: wanted, alpha = 1, ...others } = { ...options };
  checkImage(alpha, others);
  const named = typeof palette === "string" ? palette : undefined;
  const given = typeof palette === "string" ? undefined : palette;
  const all = given ?? paletteFor(classes, { palette: named, own: colours });
  if (!(all.length >= classes.length)) {
    throw new UsageError(`palette: want ${classes.length} colours, one a class, got ${all.length}. Add the others.`);
  }
  const isList = typeof wanted === "object" && wanted?.[Symbol.iterator];
  if (wanted !== undefined && !isList)
    throw new UsageError(`classes: want a list, got ${quote(wanted)}. Make one of it.`);
  const shown = wanted && new Set([...wanted].map((each) => idOf(classes, each)));
  return painted(
    labels,
    wordsOf(all, (label) => (!shown || shown.has(label) ? alpha : 0)),
  );
}

function idOf(classes: readonly string[], wanted: number | string): number {
  const id = typeof wanted === "number" ? wanted : classes.indexOf(wanted);
  if (classes[id] !== undefined) return id;
  const got = typeof wanted === "number" ? wanted : `"${wanted}"`;
  throw new UsageError(`classes: want names or ids of the ${classes.length} classes, got ${got}. Look at classes.`);
}

/** RGBA of a depth map, from its farthest to its nearest. @throws UsageError without colours, and as {@link labelPixels} */
export function depthPixels(map: Pick<DepthMap, "depth" | "unit">, options?: DepthImageOptions): Bytes {
  const { palette = GREYS, alpha = 1, ...others } = { ...options };
  checkImage(alpha, others);
  if (!Array.isArray(palette) || palette.length === 0) {
    throw new UsageError(`palette: want a list of colours, got ${quote(palette)}. Leave it out for grey.`);
  }
  const last = palette.length - 1;
  const { levels } = depthLevels(map);
  const words = wordsOf(palette, () => alpha);
  return painted(
    levels,
    new Uint32Array(65536).map((_, level) => words[Math.round((level * last) / 65535)]!),
  );
}

/** RGBA of normals: x, y and z from −1 to 1 as red, green and blue. @throws UsageError for options that make no sense */
export function normalPixels({ normals }: Pick<NormalMap, "normals">, options?: ImageOptions): Bytes {
  const { alpha = 1, ...others } = { ...options };
  checkImage(alpha, others);
  const pixels = new Uint8ClampedArray((4 * normals.length) / 3);
  for (let i = 0; i < pixels.length / 4; i++) {
    for (let c = 0; c < 3; c++) pixels[4 * i + c] = 255 * (normals[3 * i + c]! * 0.5 + 0.5);
    pixels[4 * i + 3] = 255 * alpha;
  }
  return pixels;
}

function checkImage(alpha: number, others: object): void {
  if (typeof alpha !== "number" || !(alpha >= 0 && alpha <= 1))
    throw new UsageError(`alpha: want 0 to 1, got ${quote(alpha)}. 0.5 is half.`);
  for (const name of Object.keys(others)) {
    throw new UsageError(
      `image: want options that a result of its kind has, got ${quote(name)}. Look at its spelling.`,
    );
  }
}

/** Colours as pixels lie in memory, whichever way round this machine has the bytes in a word. */
function wordsOf(palette: readonly Colour[], alphaOf: (id: number) => number): Uint32Array {
  const bytes = new Uint8ClampedArray(4 * palette.length);
  for (const [id, colour] of palette.entries()) {
    if (!isColour(colour))
      throw new UsageError(`palette: want [red, green, blue] of 0 to 255, got ${quote(colour)} for ${id}. Mend it.`);
    bytes.set([...colour, Math.round(255 * alphaOf(id))], 4 * id);
  }
  return new Uint32Array(bytes.buffer);
}

function isColour(colour: unknown): colour is Colour {
  return Array.isArray(colour) && colour.length === 3 && colour.every((value) => value >= 0 && value <= 255);
}

function painted(ids: ArrayLike<number>, words: Uint32Array): Bytes {
  const pixels = new Uint32Array(ids.length);
  for (let i = 0; i < ids.length; i++) pixels[i] = words[ids[i]!]!;
  return new Uint8ClampedArray(pixels.buffer);
}
