import type { WindowParams } from "../../src/kernels/shared/windows.ts";

/**
 * For each token of each window of one map, as transformers' Swinv2Layer cuts them, the token of the map that it shows; -1
 * for the zeros around the map: fill up below and to the right, roll up and to the left, cut.
 */
export function windowTokens({ height, width, window, shift }: WindowParams): number[] {
  const up = (size: number) => size + ((window - (size % window)) % window);
  const [tall, wide] = [up(height), up(width)];
  const padded = Array.from({ length: tall }, (_, y) =>
    Array.from({ length: wide }, (_, x) => (y < height && x < width ? y * width + x : -1)),
  );
  const rolled = padded.map((_, y) => padded[y]!.map((_, x) => padded[(y + shift) % tall]![(x + shift) % wide]!));
  const windows: number[] = [];
  for (let top = 0; top < tall; top += window) {
    for (let left = 0; left < wide; left += window) {
      for (let y = 0; y < window; y++) windows.push(...rolled[top + y]!.slice(left, left + window));
    }
  }
  return windows;
}
