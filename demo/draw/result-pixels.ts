import { depthPixels, labelPixels } from "../../src/model/answers/result-pixels.ts";
import type { Colour } from "../../src/model/config/class-colours.ts";
import type { Answer } from "../answer.ts";
import type { Settings } from "../settings/settings.ts";
import { colourMap } from "./colour-maps.ts";

/** Of what is not of the class that is shown alone; as strong as the result, the picture shines through. */
const VEIL: Colour = [12, 14, 18];

/** The settings that an answer's pixels depend on. */
export type Look = Pick<Settings, "only" | "colours">;

/** RGBA of an answer as the settings want it drawn. */
export function resultPixels(answer: Answer, { only, colours }: Look) {
  if (answer.task === "depth") return depthPixels(answer.map, { palette: colourMap(colours) });
  const { map, palette } = answer;
  const isKnown = map.classes.includes(only);
  const shown = isKnown ? palette.map((colour, id) => (map.classes[id] === only ? colour : VEIL)) : palette;
  return labelPixels(map, { palette: shown });
}
