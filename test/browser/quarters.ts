import type { RawPicture } from "../../src/index.ts";

/** Top left, top right, bottom left, bottom right. */
export const QUARTERS = [
  [200, 60, 40],
  [40, 180, 90],
  [60, 70, 210],
  [128, 128, 128],
] as const;

/** Four colours that are far apart, a quarter of the picture each: whichever way it is turned, it is another one. */
export function quarters(width: number, height: number): RawPicture {
  const at = (pixel: number) => {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    return QUARTERS[(x < width / 2 ? 0 : 1) + (y < height / 2 ? 0 : 2)]!;
  };
  return { width, height, data: Uint8Array.from(Array.from({ length: width * height }, (_, i) => at(i)).flat()) };
}
