import type { Answer } from "../answer.ts";
import type { Settings } from "../settings/settings.ts";
import { depthPixels } from "./depth-pixels.ts";
import { labelPixels } from "./label-pixels.ts";

/** RGBA words of an answer as the settings want it drawn. */
export function resultPixels(answer: Answer, { only, colours }: Pick<Settings, "only" | "colours">) {
  if (answer.task === "depth") return depthPixels(answer.map, colours);
  const { labels, classes } = answer.map;
  const id = classes.indexOf(only);
  return labelPixels(labels, answer.palette, id === -1 ? undefined : id);
}
