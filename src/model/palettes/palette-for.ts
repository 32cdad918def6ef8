import { checkArgument } from "../../runtime/check-argument.ts";
import { UsageError } from "../../runtime/errors.ts";
import { quote } from "../../runtime/quote.ts";
import type { Colour } from "../config/class-colours.ts";
import { ADE20K } from "./ade20k.ts";
import { CAMVID } from "./camvid.ts";
import { CITYSCAPES } from "./cityscapes.ts";
import { distinctColours } from "./distinct-colours.ts";
import { VOC } from "./voc.ts";

/** Data sets with published colours, by their names. */
export const PALETTES = ["ade20k", "camvid", "cityscapes", "voc"] as const;
/** A name of {@link PALETTES}. */
export type PaletteName = (typeof PALETTES)[number];

/** By id, and by name where the data set's names are as short as checkpoints have them. */
const COLOURS: Readonly<Record<PaletteName, readonly Colour[]>> = {
  ade20k: ADE20K,
  camvid: [...CAMVID.values()],
  cityscapes: [...CITYSCAPES.values()],
  voc: [...VOC.values()],
};
const NAMED = { camvid: CAMVID, cityscapes: CITYSCAPES, voc: VOC } as const;

/**
 * A colour for each class: the checkpoint's own, or a data set's for its classes, as told by their names or their number,
 * otherwise colours as far apart as they get, the same on every run.
 * @param classes their names, by id
 * @param options `own`: the checkpoint's, of config.json; `palette`: this data set's instead, each class's by name where all
 *   have one, otherwise by id
 * @throws UsageError for a name that no data set has, or if there are more classes than that has, or for what are no lists
 */
export function paletteFor(
  classes: readonly string[],
  options: { readonly palette?: PaletteName | undefined; readonly own?: readonly Colour[] | undefined } = {},
): readonly Colour[] {
  const { palette, own } = { ...options };
  const areNames = Array.isArray(classes) && classes.every((name) => typeof name === "string");
  checkArgument(areNames, "paletteFor", "a list of names of classes", classes, "A segmentation has them as classes.");
  checkArgument(!own || Array.isArray(own), "paletteFor", "a list of colours as own", own, "Leave it out.");
  if (palette !== undefined) return named(classes, palette);
  if (own) return own;
  for (const byName of Object.values(NAMED)) {
    const colours = inOrder(classes, byName);
    if (colours) return colours;
  }
  if (classes.length === ADE20K.length) return ADE20K;
  return distinctColours(classes.length);
}

function named(classes: readonly string[], palette: PaletteName): readonly Colour[] {
  if (!PALETTES.includes(palette)) {
    throw new UsageError(`palette: want ${PALETTES.join(", ")}, got ${quote(palette)}. Leave it out.`);
  }
  const colours = COLOURS[palette];
  const byName = palette === "ade20k" ? undefined : inOrder(classes, NAMED[palette]);
  if (byName) return byName;
  if (classes.length <= colours.length) return colours.slice(0, classes.length);
  throw new UsageError(
    `palette: want at most ${colours.length} classes for ${palette}, got a model of ${classes.length}. Leave it out.`,
  );
}

/** Undefined unless every class has a colour. */
function inOrder(classes: readonly string[], byName: ReadonlyMap<string, Colour>): readonly Colour[] | undefined {
  const colours = classes.map((name) => byName.get(name.toLowerCase()));
  return colours.every((colour) => colour !== undefined) ? colours : undefined;
}
