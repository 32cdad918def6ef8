import type { DPT, ModelConfig, RawPicture, Task } from "../../src/index.ts";
import { checkTasks } from "../../src/model/check-tasks.ts";
import { openFolder } from "../../src/model/open-folder.ts";
import type { PictureOptions } from "../commands/picture-options.ts";
import { type OutputName, outputNames } from "../files/output-names.ts";
import { prepareFolder } from "../files/prepare-output.ts";
import { openModelFiles } from "../model-files.ts";
import { openModel } from "../open-model.ts";
import { inspectPicture, readPicture } from "../pictures/read-picture.ts";
import { formatBytes } from "../text/format-bytes.ts";
import { formatDuration } from "../text/format-duration.ts";
import { planTable } from "../text/plan-table.ts";
import { printJson } from "../text/print-json.ts";
import { tunedLine, tuneWithin } from "./tune-within.ts";

/** What a command does for each picture. */
export interface PictureTask {
  /** Its name on the command line. */
  readonly command: string;
  /** What is asked of each picture. */
  readonly task: Task;
  /** Endings of the names of the results. */
  readonly suffixes: readonly string[];
  /** Refuses options that do not fit the model, before it is loaded. */
  check?(config: ModelConfig): void;
  /** Answers for one picture and writes the results; returns what to print of it, for machines and for people. */
  run(model: DPT, name: OutputName, photo: RawPicture): Promise<PictureReport>;
}

export interface PictureReport {
  readonly json: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/**
 * The common way of all commands that answer for pictures. All that can be known to be wrong without the network is
 * found out before it is loaded.
 */
export async function predictPictures(
  images: readonly string[],
  folder: string,
  options: PictureOptions,
  task: PictureTask,
): Promise<void> {
  const { output, size, resize, json = false } = options;
  const names = outputNames(images, output, task.suffixes);
  // Before a model is downloaded, too.
  for (const image of images) await inspectPicture(image);
  const files = await openModelFiles(folder, options);
  const { config } = await openFolder(files);
  checkTasks(task.command, config, [task.task]);
  task.check?.(config);
  await prepareFolder(output);
  const { model, software, notice, load, progress } = await openModel(files, options);
  try {
    if (!json) {
      console.log(`adapter   ${model.adapter}`);
      if (notice) console.log(`note      ${notice}`);
      console.log(`model     ${folder} (${config.architecture}, ${model.dtype})`);
      console.log(`load      ${formatDuration(load)}, ${formatBytes(model.memory.weights)} of weights on the GPU`);
    }
    const pictures: PictureReport["json"][] = [];
    const tune = tuneWithin(options.tune);
    for (const name of names) {
      const photo = await readPicture(name.image);
      const work = { picture: photo, size, resize, tasks: [task.task] };
      const tuned = await tune(model, work);
      const report = await task.run(model, name, photo);
      progress.stop();
      const plan = options.explain ? await model.plan(work) : undefined;
      pictures.push({ ...report.json, ...(tuned && { tuned }), ...(plan && { plan }) });
      if (json) continue;
      if (tuned) console.log(`\n${tunedLine(tuned)}`);
      if (plan) console.log(`\n${planTable(plan)}`);
      console.log(`\n${report.text}`);
    }
    if (json) {
      const machine = { adapter: model.adapter, software, ...(notice !== undefined && { notice }) };
      printJson({ ...machine, model: folder, dtype: model.dtype, milliseconds: { load }, pictures });
    }
  } finally {
    progress.stop();
    model.dispose();
  }
}
