import { interpolateGreys, interpolateInferno, interpolateTurbo, interpolateViridis } from "d3-scale-chromatic";
import type { Colour } from "../../src/model/config/class-colours.ts";
import { colourOf } from "../../src/model/palettes/colour-of.ts";
import type { Settings } from "../settings/settings.ts";

/** From 0, the farthest, to 1, the nearest and brightest. */
const MAPS: Readonly<Record<Settings["colours"], (share: number) => string>> = {
  inferno: interpolateInferno,
  turbo: interpolateTurbo,
  viridis: interpolateViridis,
  greys: (share) => interpolateGreys(1 - share),
};

/** The 256 colours of a map. */
export function colourMap(name: Settings["colours"]): readonly Colour[] {
  return Array.from({ length: 256 }, (_, i) => parsed(MAPS[name](i / 255)));
}

/** d3 writes some maps as `#rrggbb` and some as `rgb(r, g, b)`. */
function parsed(text: string): Colour {
  if (text.startsWith("#")) return colourOf(text);
  const [red = 0, green = 0, blue = 0] = (text.match(/\d+/g) ?? []).map(Number);
  return [red, green, blue];
}
