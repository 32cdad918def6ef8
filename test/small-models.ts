import { filesFromBlobs, type ModelFiles, type RawPicture } from "../src/index.ts";
import { overlayFiles } from "./overlay-files.ts";
import { randomStream } from "./random.ts";

/** A model folder with another preprocessor_config.json. */
export function withProcessor(model: ModelFiles, json: object): ModelFiles {
  const file = "preprocessor_config.json";
  return overlayFiles(model, file, filesFromBlobs("processor", { [file]: new Blob([JSON.stringify(json)]) }));
}

export function randomPicture(width: number, height: number, seed = width * 1000 + height): RawPicture {
  const next = randomStream(seed);
  return { width, height, data: Uint8Array.from({ length: 3 * width * height }, () => 256 * next()) };
}

/** A part of a picture. */
export function partOf({ width, data }: RawPicture, left: number, top: number, w: number, h: number): RawPicture {
  const at = (i: number) => 3 * ((top + Math.floor(i / (3 * w))) * width + left) + (i % (3 * w));
  return { width: w, height: h, data: Uint8Array.from({ length: 3 * w * h }, (_, i) => data[at(i)]!) };
}

/** A picture as a mirror shows it. */
export function mirrorOf({ width, height, data }: RawPicture): RawPicture {
  const at = (i: number) => {
    const pixel = Math.floor(i / 3);
    return 3 * (pixel - (pixel % width) + width - 1 - (pixel % width)) + (i % 3);
  };
  return { width, height, data: Uint8Array.from({ length: data.length }, (_, i) => data[at(i)]!) };
}
