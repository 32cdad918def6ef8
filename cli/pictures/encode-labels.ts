import { encode } from "fast-png";
import type { Size } from "../../src/index.ts";
import type { Colour } from "../../src/model/config/class-colours.ts";
import { encodeIndexed } from "./encode-indexed.ts";

/** What 8 bits can tell apart. */
const MAX_INDEXED = 256;

/** A PNG whose values are class ids: indexed with the classes' colours, or 16-bit grey beyond 256 classes. */
export function encodeLabels(
  { width, height }: Size,
  labels: Uint8Array | Uint16Array,
  palette: readonly Colour[],
): Uint8Array {
  if (palette.length <= MAX_INDEXED) return encodeIndexed({ width, height }, Uint8Array.from(labels), palette);
  return encode({ width, height, data: Uint16Array.from(labels), channels: 1, depth: 16 });
}
