import type { Pixels } from "../../runtime/pictures/picture.ts";
import type { Size } from "../pictures/processor.ts";

/** A part of a picture, in its pixels. */
export interface Rect extends Size {
  readonly top: number;
  readonly left: number;
}

/** The words of a part of a picture, right to left if mirrored. */
export function crop(picture: Pixels, { top, left, width, height }: Rect, mirrored: boolean): Uint32Array {
  const words = new Uint32Array(width * height);
  for (let y = 0; y < height; y++) {
    const from = (top + y) * picture.width + left;
    words.set(picture.words.subarray(from, from + width), y * width);
  }
  return mirrored ? mirror(words, width) : words;
}

/** Turns each row round, in place. */
export function mirror<Numbers extends Uint32Array | Float32Array>(
  numbers: Numbers,
  width: number,
  channels = 1,
): Numbers {
  const line = width * channels;
  for (let at = 0; at < numbers.length; at += line) {
    const row = numbers.subarray(at, at + line).reverse();
    // The numbers of each pixel are reversed too; back again.
    if (channels > 1) for (let k = 0; k < line; k += channels) row.subarray(k, k + channels).reverse();
  }
  return numbers;
}

/**
 * A picture whose pixels are the means of `factor × factor` pixels each, the last of a row or column of as many as there
 * are (Pillow's `Image.reduce`): enough for a network that sees the whole of it at less than a third of that size.
 */
export function reduce({ width, height, words }: Pixels, factor: number): Pixels {
  if (factor === 1) return { width, height, words };
  const size = { width: Math.ceil(width / factor), height: Math.ceil(height / factor) };
  const reduced = new Uint32Array(size.width * size.height);
  for (let row = 0; row < size.height; row++) {
    for (let column = 0; column < size.width; column++) {
      const [bottom, right] = [Math.min((row + 1) * factor, height), Math.min((column + 1) * factor, width)];
      let [red, green, blue] = [0, 0, 0];
      for (let y = row * factor; y < bottom; y++) {
        for (let x = column * factor; x < right; x++) {
          const word = words[y * width + x]!;
          red += word & 255;
          green += (word >> 8) & 255;
          blue += (word >> 16) & 255;
        }
      }
      const count = (bottom - row * factor) * (right - column * factor);
      const [r, g, b] = [red, green, blue].map((sum) => Math.round(sum / count)) as [number, number, number];
      reduced[row * size.width + column] = (r | (g << 8) | (b << 16) | 0xff000000) >>> 0;
    }
  }
  return { ...size, words: reduced };
}
