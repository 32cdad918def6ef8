import type { Colour } from "../config/class-colours.ts";

/** Red, green and blue as `#rrggbb`. */
export function hexOf(colour: Colour): string {
  return `#${colour.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}
