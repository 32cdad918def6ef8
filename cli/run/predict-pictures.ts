import {
  type DPT,
  FileError,
  type ModelConfig,
  type Prediction,
  type PredictionOptions,
  type RawPicture,
  type Task,
  UsageError,
} from "../../src/index.ts";
import { checkTasks } from "../../src/model/config/check-tasks.ts";
import { openFolder } from "../../src/model/open-folder.ts";
import type { PictureOptions } from "../commands/picture-options.ts";
import { type OutputName, outputNames } from "../files/output-names.ts";
import { prepareResults } from "../files/prepare-output.ts";
import { openModelFiles } from "../model-files.ts";
import { openModel } from "../open-model.ts";
import { inspectPicture, readPicture } from "../pictures/read-picture.ts";
import { formatBytes } from "../text/format-bytes.ts";
import { formatDuration } from "../text/format-duration.ts";
import { planTable } from "../text/plan-table.ts";
import { printJson } from "../text/print-json.ts";
import { askedOf } from "./asked-of.ts";
import { type FailedPicture, failedPicturesError } from "./failed-pictures.ts";
import { pictureReport } from "./picture-report.ts";
import { type Tuned, tunedLine, tuneWithin } from "./tune-within.ts";

/** What a command does for pictures. */
export interface PictureTask<Answer extends Prediction> {
  /** Its name on the command line. */
  readonly command: string;
  /** What is asked of each picture. */
  readonly task: Task;
  /** Endings of the names of the results. */
  readonly suffixes: readonly string[];
  /** Refuses options that do not fit the model, before it is loaded. */
  check?(config: ModelConfig): void;
  /** Answers for pictures that run together. */
  answer(model: DPT, photos: readonly RawPicture[], asked: PredictionOptions): Promise<readonly Answer[]>;
  /** Writes the results of one picture; returns what to tell of them. */
  write(answer: Answer, name: OutputName, photo: RawPicture, config: ModelConfig): Promise<Written>;
}

/** What a command tells of a picture, beside what all do. */
export interface Written extends PictureReport {
  readonly files: readonly string[];
}

/** For machines and for people. */
export interface PictureReport {
  readonly json: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** Reads pictures; those that cannot be read are kept for the end, so that one of a thousand does not cost the others. */
async function readEach(names: readonly OutputName[], failed: FailedPicture[]) {
  const read = await Promise.all(
    names.map(async (name) => {
      try {
        return [{ name, photo: await readPicture(name.image) }];
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
        failed.push({ image: name.image, error: error.message });
        return [];
      }
    }),
  );
  return read.flat();
}

/**
 * The common way of all commands that answer for pictures. All that can be known to be wrong without the network is
 * found out before it is loaded.
 * @throws FileError at the end, when all others are done, for pictures that could not be read, or be what was asked for
 */
export async function predictPictures<Answer extends Prediction>(
  images: readonly string[],
  folder: string,
  options: PictureOptions,
  task: PictureTask<Answer>,
): Promise<void> {
  const { output, batch, profile, json = false } = options;
  const asked = { ...askedOf(options), batch, profile };
  const names = outputNames(images, output, task.suffixes);
  // Before a model is downloaded, too.
  for (const image of images) await inspectPicture(image);
  const files = await openModelFiles(folder, options);
  const { config } = await openFolder(files);
  checkTasks(task.command, config, [task.task]);
  task.check?.(config);
  await prepareResults(
    output,
    names.flatMap(({ path }) => task.suffixes.map(path)),
  );
  const { model, software, notice, load, progress } = await openModel(files, options);
  try {
    if (!json) {
      console.log(`adapter   ${model.adapter}`);
      if (notice) console.log(`note      ${notice}`);
      console.log(`model     ${folder} (${config.architecture}, ${model.dtype})`);
      console.log(`load      ${formatDuration(load)}, ${formatBytes(model.memory.weights)} of weights on the GPU`);
    }
    const pictures: PictureReport["json"][] = [];
    const failed: FailedPicture[] = [];
    const tune = tuneWithin(options.tune);
    for (let first = 0; first < names.length; first += batch) {
      const readable = await readEach(names.slice(first, first + batch), failed);
      if (readable.length === 0) continue;
      const photos = readable.map(({ photo }) => photo);
      const works = photos.map((picture) => ({ ...asked, picture, batch: photos.length, tasks: [task.task] }));
      const tuned: (Tuned | undefined)[] = [];
      for (const work of works) tuned.push(await tune(model, work));
      const answers = await task.answer(model, photos, asked);
      progress.stop();
      for (const [i, { name }] of readable.entries()) {
        const written = await task.write(answers[i]!, name, photos[i]!, config).catch((error: unknown) => {
          // A picture that cannot be such a file; what cannot be written at all ends the list.
          if (!(error instanceof UsageError)) throw error;
          failed.push({ image: name.image, error: `${name.image}: ${error.message}` });
        });
        if (!written) continue;
        const report = pictureReport(name.image, answers[i]!, written);
        const plan = options.explain ? await model.plan(works[i]!) : undefined;
        pictures.push({ ...report.json, ...(tuned[i] && { tuned: tuned[i] }), ...(plan && { plan }) });
        if (json) continue;
        if (tuned[i]) console.log(`\n${tunedLine(tuned[i])}`);
        if (plan) console.log(`\n${planTable(plan)}`);
        console.log(`\n${report.text}`);
      }
    }
    if (json) {
      const machine = { adapter: model.adapter, software, ...(notice !== undefined && { notice }) };
      printJson({
        ...machine,
        model: folder,
        dtype: model.dtype,
        milliseconds: { load },
        pictures,
        ...(failed.length > 0 && { failed }),
      });
    }
    const [first, ...more] = failed;
    if (first) throw failedPicturesError(task.command, names.length, [first, ...more]);
  } finally {
    progress.stop();
    model.dispose();
  }
}
