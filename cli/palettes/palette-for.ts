import iwanthue from "iwanthue";
import { ADE20K } from "./ade20k.ts";
import { CAMVID } from "./camvid.ts";
import { colourOf } from "./colour-of.ts";

/** Red, green and blue, 0 to 255. */
export type Colour = readonly [number, number, number];

/**
 * A colour for each class: those of CamVid or ADE20K for their classes, otherwise colours as far apart as they get, the
 * same on every run. A checkpoint carries no colours of its own.
 */
export function paletteFor(classes: readonly string[]): readonly Colour[] {
  const camvid = classes.map((name) => CAMVID.get(name));
  if (camvid.every((colour) => colour !== undefined)) return camvid;
  if (classes.length === ADE20K.length) return ADE20K;
  // Two at least, since one cannot be apart from any.
  const colours = iwanthue(Math.max(2, classes.length), { seed: "dpt-webgpu", attempts: 1 });
  return colours.slice(0, classes.length).map(colourOf);
}
