import type { Command } from "commander";
import { examples } from "./examples.ts";
import { parseNumber, parseText } from "./parse-option.ts";
import { addModelOptions, type ModelOptions } from "./picture-options.ts";

export interface EvalOptions extends ModelOptions {
  readonly labels: string;
  readonly ignore?: number;
  readonly reduceLabels?: boolean;
  readonly scale: number;
  readonly minDepth: number;
  readonly maxDepth?: number;
  readonly align?: boolean;
}

export function evalCommand(program: Command): void {
  const isMetres = (metres: number) => metres > 0 && Number.isFinite(metres);
  const command = program
    .command("eval")
    .summary("score a model on pictures whose answers are known")
    .description(
      "Scores a model on a folder of pictures whose answers are known. Segmentation: mIoU, pixel accuracy, mean accuracy and " +
        "each class's, over the whole set as mmsegmentation computes them; writes eval.json and confusion.svg. Depth: AbsRel, " +
        "RMSE and δ1 (below 1.25), each the mean of the pictures'; writes eval.json. The truth of NAME.jpg is NAME.png (one " +
        "channel; class ids, or 16-bit depth times --scale, 0 for unknown) or NAME.npy (class ids, or metres).",
    )
    .argument("<images>", "folder with the pictures")
    .requiredOption("--labels <dir>", "folder with what is true of them, at their size", parseText("--labels"))
    .option(
      "--ignore <id>",
      "label of pixels that do not count (default: semantic_loss_ignore_index of config.json, otherwise 255)",
      parseNumber("--ignore", "a whole number from 0 to 65535", (id) => Number.isInteger(id) && id >= 0 && id < 65536),
    )
    .option(
      "--reduce-labels",
      "labels count from 1, and 0 does not count, as ADE20K's (default: do_reduce_labels of preprocessor_config.json)",
    )
    .option("--no-reduce-labels", "labels count from 0, whatever preprocessor_config.json says")
    .option("--scale <metres>", "metres of a PNG's level", parseNumber("--scale", "metres above 0", isMetres), 0.001)
    .option(
      "--min-depth <metres>",
      "pixels whose truth is nearer do not count",
      parseNumber("--min-depth", "metres above 0", isMetres),
      0.001,
    )
    .option(
      "--max-depth <metres>",
      "pixels whose truth is farther do not count (default: none is too far)",
      parseNumber("--max-depth", "metres above 0", isMetres),
    )
    .option("--align", "fit scale and shift to the truth for each picture first, as MiDaS does for relative depth");
  addModelOptions(command, { model: "the embedded dpt-small-camvid", resize: "bilinear, depth: bicubic" })
    .addHelpText(
      "after",
      examples(
        "eval camvid/test --labels camvid/testannot",
        "eval ade/images --labels ade/annotations --model dpt-large-ade --reduce-labels",
        "eval nyu/rgb --labels nyu/depth --model dpt-large --align --max-depth 10",
      ),
    )
    .action(async (images: string, options: EvalOptions) => (await import("../run/eval.ts")).evaluate(images, options));
}
