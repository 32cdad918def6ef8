import type { Colour } from "../../cli/palettes/palette-for.ts";

/** Over what is not of the class that is shown alone. */
const VEIL = pack(12, 14, 18, 224);

/** RGBA words of a label map, one for each pixel; with `only`, the other classes lie under a veil. */
export function labelPixels(
  labels: Uint8Array | Uint16Array,
  palette: readonly Colour[],
  only?: number,
): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(palette.length);
  for (const [id, [red, green, blue]] of palette.entries()) {
    words[id] = only === undefined || id === only ? pack(red, green, blue, 255) : VEIL;
  }
  const pixels = new Uint32Array(labels.length);
  for (let i = 0; i < labels.length; i++) pixels[i] = words[labels[i]!]!;
  return pixels;
}

/** As canvases have it in memory: red in the lowest byte. */
export function pack(red: number, green: number, blue: number, alpha: number): number {
  return (red | (green << 8) | (blue << 16) | (alpha << 24)) >>> 0;
}
