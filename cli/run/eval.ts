import { join } from "node:path";
import type { DPT, RawPicture } from "../../src/index.ts";
import { labelsOf } from "../../src/model/config/config.ts";
import { openFolder } from "../../src/model/open-folder.ts";
import { readJson } from "../../src/runtime/sources/read-json.ts";
import type { EvalOptions } from "../commands/eval.ts";
import { embedded } from "../embedded.ts";
import { type Pair, pairFiles } from "../eval/pair-files.ts";
import { prepareResults } from "../files/prepare-output.ts";
import { writeWhole } from "../files/write-whole.ts";
import { openModelFiles } from "../model-files.ts";
import { openModel } from "../open-model.ts";
import { readPicture } from "../pictures/read-picture.ts";
import { printJson } from "../text/print-json.ts";
import { evalDepth } from "./eval-depth.ts";
import { evalSegmentation } from "./eval-segmentation.ts";

/** A set being scored, picture by picture. */
export interface Evaluation {
  /** Scores one picture; tells what is known of it alone. */
  add(model: DPT, photo: RawPicture, pair: Pair): Promise<{ readonly text: string; readonly json?: object }>;
  /** Names of the files that it writes beside the report. */
  readonly files: readonly string[];
  /** Scores of the whole set, and those files by name. */
  finish(): { readonly text: string; readonly json: object; readonly files: Readonly<Record<string, string>> };
}

const REPORT = "eval.json";

/** `dpt-webgpu eval`. */
export async function evaluate(images: string, options: EvalOptions): Promise<void> {
  const { output, json = false } = options;
  const folder = options.model ?? embedded("segmentation", "--model");
  const files = await openModelFiles(folder, options);
  const { config } = await openFolder(files);
  const labels = labelsOf(config);
  // The paper's checkpoints have none.
  const configJson = await readJson(files, "config.json");
  const evaluation = labels ? evalSegmentation(labels, configJson, options) : evalDepth(config, options);
  const pairs = await pairFiles(images, options.labels);
  await prepareResults(
    output,
    [REPORT, ...evaluation.files].map((name) => join(output, name)),
  );
  const { model, software, notice, progress } = await openModel(files, options);
  try {
    if (!json) {
      console.log(`adapter   ${model.adapter}`);
      if (notice) console.log(`note      ${notice}`);
      console.log(`model     ${folder} (${config.architecture}, ${model.dtype})`);
    }
    const pictures: object[] = [];
    for (const [i, pair] of pairs.entries()) {
      const told = await evaluation.add(model, await readPicture(pair.image), pair);
      progress.stop();
      pictures.push({ ...pair, ...told.json });
      if (!json) console.log(`picture   ${i + 1} of ${pairs.length}, ${pair.image}${told.text}`);
    }
    const scores = evaluation.finish();
    const machine = { adapter: model.adapter, software, ...(notice !== undefined && { notice }) };
    const report = { ...machine, model: folder, dtype: model.dtype, ...scores.json, pictures };
    const written = { [REPORT]: `${JSON.stringify(report, null, 2)}\n`, ...scores.files };
    const paths = Object.keys(written).map((name) => join(output, name));
    for (const [i, text] of Object.values(written).entries()) await writeWhole(paths[i]!, text);
    if (json) printJson({ ...report, files: paths });
    else console.log(["", scores.text, "", ...paths.map((path) => `wrote     ${path}`)].join("\n"));
  } finally {
    progress.stop();
    model.dispose();
  }
}
