import type { Prediction } from "../../src/index.ts";
import { formatDuration } from "../text/format-duration.ts";
import { formatSize } from "../text/format-size.ts";
import { profileTable } from "../text/profile-table.ts";
import type { PictureReport, Written } from "./predict-pictures.ts";

/** What is told of every picture, with what its command adds. */
export function pictureReport(image: string, prediction: Prediction, { files, ...extra }: Written): PictureReport {
  const { width, height, network, passes, batch, timing, keptInF32, profile } = prediction;
  const shared = batch > 1 ? `, ${batch} pictures together` : "";
  const lines = [
    `picture   ${image}, ${formatSize(prediction)}`,
    `network   ${formatSize(network)}${passes > 1 ? `, ${passes} passes` : ""}${shared}`,
    `compile   ${formatDuration(timing.compile)}`,
    `run       ${formatDuration(timing.run)}`,
    ...(profile ? ["", profileTable(profile)] : []),
    "",
    extra.text,
    "",
    ...files.map((file) => `wrote     ${file}`),
  ];
  return {
    text: lines.join("\n"),
    json: {
      image,
      width,
      height,
      network,
      passes,
      batch,
      milliseconds: timing,
      ...(keptInF32.length > 0 && { keptInF32 }),
      ...extra.json,
      files,
      ...(profile && { profile }),
    },
  };
}
