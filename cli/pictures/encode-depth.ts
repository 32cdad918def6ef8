import { interpolateInferno } from "d3-scale-chromatic";
import { encode } from "fast-png";
import type { DepthMap, Size } from "../../src/index.ts";
import type { DepthLevels } from "../../src/model/answers/depth-levels.ts";
import { colourOf } from "../../src/model/palettes/colour-of.ts";
import { encodeIndexed } from "./encode-indexed.ts";

/** A 16-bit grey PNG that says in its Description which depth its levels stand for. */
export function encodeDepth16(
  { width, height }: Size,
  { levels, nearest, farthest }: DepthLevels,
  unit: DepthMap["unit"],
): Uint8Array {
  const of = unit === "metres" ? "depth in metres" : "relative inverse depth";
  const Description = `${of}: ${nearest} at level 65535 (nearest), ${farthest} at level 0 (farthest), linear between`;
  return encode({ width, height, data: levels, channels: 1, depth: 16, text: { Software: "dpt-webgpu", Description } });
}

/** A PNG in the 256 colours of the inferno map, the nearest brightest. */
export function encodeDepthColours({ width, height }: Size, { levels }: DepthLevels): Uint8Array {
  const palette = Array.from({ length: 256 }, (_, i) => colourOf(interpolateInferno(i / 255)));
  return encodeIndexed(
    { width, height },
    Uint8Array.from(levels, (level) => level >> 8),
    palette,
  );
}
