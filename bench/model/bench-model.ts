import { existsSync } from "node:fs";
import { basename, relative } from "node:path";
import { openGpu } from "../../cli/adapter/open-gpu.ts";
import { filesFromFolder } from "../../cli/node-files.ts";
import { inspectPicture, readPicture } from "../../cli/pictures/read-picture.ts";
import { UsageError, type WeightFormat } from "../../src/index.ts";
import { currentCommit } from "../current-commit.ts";
import { saveReport } from "../report/save-report.ts";
import { isSeededName, SEEDED_MODELS } from "../seeded/seeded-models.ts";
import { seededSource } from "../seeded/seeded-source.ts";
import { growthTable } from "./growth-table.ts";
import type { GrowthReport, ModelReport } from "./model-report.ts";
import { modelTable, slowestTable } from "./model-table.ts";
import type { ModelTask } from "./open-bench.ts";
import { runGrowth } from "./run-growth.ts";
import { runModel } from "./run-model.ts";

export interface ModelOptions {
  readonly model: string;
  /** Sides of the network's square input; several measure growth. */
  readonly size?: readonly number[];
  readonly growth: boolean;
  readonly dtype?: WeightFormat;
  readonly runs: number;
  readonly picture: string;
  readonly software: boolean;
  readonly json: boolean;
  readonly save: boolean;
}

const GROWTH_SIZES = [224, 448, 672, 1024];
/** WebGPU rounds timestamps to 0.1 ms unless told otherwise, which is more than many kernels take. */
const FINE_CLOCK = ["-timestamp_quantization"];

/** `npm run bench -- model`. */
export async function benchModel(options: ModelOptions): Promise<void> {
  const { size = [], growth, software, json, save } = options;
  if (growth && size.length === 1) {
    throw new UsageError(`--growth: want several sizes or none, got ${size[0]} alone. Give two at least.`);
  }
  const source = sourceOf(options.model);
  // Before the weights are loaded for it.
  await inspectPicture(options.picture);
  const { adapter, notice } = await openGpu({ software, toggles: FINE_CLOCK });
  if (notice) console.error(notice);
  const task: ModelTask = {
    ...source,
    adapter,
    picture: { name: shownName(options.picture), decode: () => readPicture(options.picture) },
    dtype: options.dtype,
    runs: options.runs,
    commit: currentCommit(),
    place: "node",
    log: (line) => console.error(line),
  };
  const [side] = size;
  const report =
    growth || size.length > 1
      ? await runGrowth({ ...task, sizes: size.length > 1 ? size : GROWTH_SIZES, processorSeconds })
      : await runModel({ ...task, size: side === undefined ? undefined : { width: side, height: side } });
  if (json) console.log(JSON.stringify(report, null, 1));
  else console.log(report.bench === "model" ? `${modelTable(report)}\n\n${slowestTable(report)}` : growthTable(report));
  if (save) await saveReport(report, fileName(report));
}

/** @throws UsageError for what is neither a folder nor the name of a seeded model */
function sourceOf(model: string): Pick<ModelTask, "files" | "model" | "seeded"> {
  if (existsSync(model)) return { files: filesFromFolder(model), model: shownName(model), seeded: false };
  if (isSeededName(model)) return { files: seededSource(model), model, seeded: true };
  const names = Object.keys(SEEDED_MODELS).join(", ");
  throw new UsageError(`--model: want a folder or one of ${names}, got ${model}. Check the path.`);
}

/** A path within this folder, or the last part of another: a report names no folder of the machine. */
function shownName(path: string): string {
  const within = relative(".", path);
  return within.startsWith("..") ? basename(path) : within;
}

/** `2026-11-23-some-adapter-model-dpt-large-ade-480x480-f16.json`. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function fileName(report: ModelReport | GrowthReport): string {
  const { date, adapter, bench, model, seeded, dtype } = report;
  const size = report.bench === "model" ? [`${report.size.width}x${report.size.height}`] : [];
  const name = [basename(model), ...(seeded ? ["seeded"] : []), ...size, dtype].join("-");
  return `${date}-${adapter.toLowerCase().replace(/[^a-z0-9]+/g, "-")}-${bench}-${name}.json`;
}
