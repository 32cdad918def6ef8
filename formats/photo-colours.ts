import { type RawPicture, UsageError } from "../src/index.ts";

/** Red, green and blue of a photo's pixel, 0 to 255. */
export type ColourAt = (pixel: number) => readonly [number, number, number];

/** @throws UsageError unless the photo has RGB or RGBA bytes for each pixel of a map of that size */
export function photoColours(photo: RawPicture, { width, height }: { width: number; height: number }): ColourAt {
  const { data } = photo;
  const channels = data.length / (width * height);
  if (photo.width !== width || photo.height !== height || (channels !== 3 && channels !== 4)) {
    const got = `${photo.width}x${photo.height} and ${data.length} bytes`;
    throw new UsageError(`photo: want ${width}x${height} pixels of RGB or RGBA, got ${got}. Give the map's own photo.`);
  }
  return (pixel) => [data[channels * pixel]!, data[channels * pixel + 1]!, data[channels * pixel + 2]!];
}
