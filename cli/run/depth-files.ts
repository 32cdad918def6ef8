import { glb, npy, ply } from "../../formats/index.ts";
import type { DepthMap, RawPicture } from "../../src/index.ts";
import type { DepthLevels } from "../../src/model/answers/depth-levels.ts";
import type { DepthFormat, DepthOptions } from "../commands/depth.ts";
import { encodeDepth16, encodeDepthColours } from "../pictures/encode-depth.ts";
import { encodeTexture } from "../pictures/encode-texture.ts";

/** What there is to write of a picture's depth. */
export interface DepthAnswer {
  readonly photo: RawPicture;
  readonly result: DepthMap;
  readonly levels: DepthLevels;
  readonly options: Pick<DepthOptions, "fov" | "range" | "stride" | "jump">;
}

/** A kind of file: the end of its name, and its bytes. */
interface DepthFile {
  readonly suffix: string;
  encode(answer: DepthAnswer): Uint8Array | Promise<Uint8Array>;
}

/** How each format is written. */
export const depthFiles: Readonly<Record<DepthFormat, DepthFile>> = {
  png: { suffix: "depth16.png", encode: ({ result, levels }) => encodeDepth16(result, levels, result.unit) },
  colour: { suffix: "depth.png", encode: ({ result, levels }) => encodeDepthColours(result, levels) },
  npy: { suffix: "depth.npy", encode: ({ result }) => npy(result, result.depth) },
  ply: { suffix: "ply", encode: ({ result, photo, options }) => ply(result, photo, options) },
  glb: {
    suffix: "glb",
    encode: async ({ result, photo, options }) => glb(result, await encodeTexture(photo), options),
  },
};
