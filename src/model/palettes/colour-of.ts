import type { Colour } from "../config/class-colours.ts";

/** `#rrggbb` as red, green and blue. */
export function colourOf(hex: string): Colour {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
