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
import { processorOf } from "../../src/model/runs/job.ts";
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
import { answerEach } from "./answer-each.ts";
import { askedOf } from "./asked-of.ts";
import { FailedPictures } from "./failed-pictures.ts";
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

/** Reads pictures; those that cannot be read are kept for the end. */
async function readEach(names: readonly OutputName[], failed: FailedPictures) {
  const read = await Promise.allSettled(names.map(({ image }) => readPicture(image)));
  return names.flatMap((name, i) => {
    const result = read[i]!;
    if (result.status === "fulfilled") return [{ ...name, photo: result.value }];
    if (!(result.reason instanceof FileError)) throw result.reason;
    failed.add(name.image, result.reason);
    return [];
  });
}

/**
 * The common way of all commands that answer for pictures. All that can be known to be wrong without the network is
 * found out before it is loaded.
 * @throws FileError at the end, when all others are done, for pictures that could not be read or answered for, or whose
 *   answer cannot be such a file
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
  const { config, processor } = await openFolder(files);
  checkTasks(task.command, config, [task.task]);
  processorOf({ processor });
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
    const failed = new FailedPictures(({ error }) => {
      progress.stop();
      if (!json && names.length > 1) console.log(`\nfailed    ${error}`);
    });
    const tune = tuneWithin(options.tune);
    for (let first = 0; first < names.length; first += batch) {
      const readable = await readEach(names.slice(first, first + batch), failed);
      const ask = async (some: readonly (typeof readable)[number][]) => {
        const photos = some.map(({ photo }) => photo);
        const works = photos.map((picture) => ({ ...asked, picture, batch: photos.length, tasks: [task.task] }));
        const tuned: (Tuned | undefined)[] = [];
        for (const work of works) tuned.push(await tune(model, work));
        const answers = await task.answer(model, photos, asked);
        return answers.map((answer, i) => ({ answer, work: works[i]!, tuned: tuned[i] }));
      };
      for (const [{ photo, ...name }, { answer, work, tuned }] of await answerEach(readable, ask, failed)) {
        progress.stop();
        const written = await task.write(answer, name, photo, config).catch((error: unknown) => {
          // A picture that cannot be such a file; what cannot be written at all ends the list.
          if (!(error instanceof UsageError)) throw error;
          failed.add(name.image, error);
        });
        if (!written) continue;
        const report = pictureReport(name.image, answer, written);
        const plan = options.explain ? await model.plan(work) : undefined;
        pictures.push({ ...report.json, ...(tuned && { tuned }), ...(plan && { plan }) });
        if (json) continue;
        if (tuned) console.log(`\n${tunedLine(tuned)}`);
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
        ...(failed.pictures.length > 0 && { failed: failed.pictures }),
      });
    }
    failed.throwIfAny(task.command, names.length);
  } finally {
    progress.stop();
    model.dispose();
  }
}
