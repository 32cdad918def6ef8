import type { PictureOptions } from "../commands/picture-options.ts";
import { embedded } from "../embedded.ts";
import { writeWhole } from "../files/write-whole.ts";
import { depthLevels } from "../pictures/depth-levels.ts";
import { encodeDepth16, encodeDepthColours } from "../pictures/encode-depth.ts";
import { pictureReport } from "./picture-report.ts";
import { predictPictures } from "./predict-pictures.ts";

const SUFFIXES = ["depth16.png", "depth.png"] as const;

/** `dpt-webgpu depth`. */
export async function depth(images: readonly string[], options: PictureOptions): Promise<void> {
  const folder = options.model ?? embedded("depth", "--model");
  const pictures = images.length > 0 ? images : [embedded("street", "a picture")];
  await predictPictures(pictures, folder, options, {
    command: "depth",
    task: "depth",
    suffixes: SUFFIXES,
    async run(model, name, photo) {
      const result = await model.depth(photo, options);
      const levels = depthLevels(result);
      const { nearest, farthest } = levels;
      const [depth16, colours] = [name.path(SUFFIXES[0]), name.path(SUFFIXES[1])];
      await writeWhole(depth16, encodeDepth16(result, levels, result.unit));
      await writeWhole(colours, encodeDepthColours(result, levels));
      const of = result.unit === "metres" ? "metres" : "relative inverse depth";
      return pictureReport(name.image, result, [depth16, colours], {
        text: `depth     ${nearest.toPrecision(5)} (nearest) to ${farthest.toPrecision(5)} (farthest), ${of}`,
        json: { unit: result.unit, nearest, farthest },
      });
    },
  });
}
