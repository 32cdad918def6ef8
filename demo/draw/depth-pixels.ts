import { depthLevels } from "../../cli/pictures/depth-levels.ts";
import type { DepthMap } from "../../src/index.ts";
import type { Settings } from "../settings/settings.ts";
import { colourMap } from "./colour-maps.ts";
import { pack } from "./label-pixels.ts";

/** RGBA words of a depth map, the nearest pixel in the map's last colour. */
export function depthPixels(map: DepthMap, colours: Settings["colours"]): Uint32Array<ArrayBuffer> {
  const words = colourMap(colours).map(([red, green, blue]) => pack(red, green, blue, 255));
  const { levels } = depthLevels(map);
  const pixels = new Uint32Array(levels.length);
  for (let i = 0; i < levels.length; i++) pixels[i] = words[levels[i]! >> 8]!;
  return pixels;
}
