import { depthLevels } from "../../src/model/answers/depth-levels.ts";
import type { DepthOptions } from "../commands/depth.ts";
import { embedded } from "../embedded.ts";
import { listedPictures } from "../files/listed-pictures.ts";
import { writeWhole } from "../files/write-whole.ts";
import { depthFiles } from "./depth-files.ts";
import { predictPictures } from "./predict-pictures.ts";

/** `dpt-webgpu depth`. */
export async function depth(images: readonly string[], options: DepthOptions): Promise<void> {
  const folder = options.model ?? embedded("depth", "--model");
  const pictures = await listedPictures(images, options.list);
  const kinds = options.formats.map((format) => depthFiles[format]);
  await predictPictures(pictures, folder, options, {
    command: "depth",
    task: "depth",
    suffixes: kinds.map(({ suffix }) => suffix),
    answer: (model, photos, asked) => model.depth(photos, asked),
    async write(result, name, photo) {
      const levels = depthLevels(result);
      const { nearest, farthest } = levels;
      const answer = { photo, result, levels, options };
      const files = kinds.map(({ suffix }) => name.path(suffix));
      for (const [i, { encode }] of kinds.entries()) await writeWhole(files[i]!, await encode(answer));
      const of = result.unit === "metres" ? "metres" : "relative inverse depth";
      return {
        files,
        text: `depth     ${nearest.toPrecision(5)} (nearest) to ${farthest.toPrecision(5)} (farthest), ${of}`,
        json: { unit: result.unit, nearest, farthest },
      };
    },
  });
}
