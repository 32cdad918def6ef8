import { encode } from "fast-png";
import type { Size } from "../../src/index.ts";
import type { Colour } from "../../src/model/config/class-colours.ts";

/**
 * An 8-bit indexed PNG with exactly these indices and colours; libvips, behind sharp, makes palettes of its own only.
 * @param palette at most 256 colours
 */
export function encodeIndexed({ width, height }: Size, indices: Uint8Array, palette: readonly Colour[]): Uint8Array {
  return encode({ width, height, data: indices, channels: 1, depth: 8, palette: palette.map((colour) => [...colour]) });
}
