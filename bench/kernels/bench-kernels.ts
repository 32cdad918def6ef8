import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { openGpu } from "../../cli/adapter/open-gpu.ts";
import { parseConfig } from "../../src/model/config/parse-config.ts";
import { parseProcessor } from "../../src/model/pictures/processor.ts";
import type { Precision } from "../../src/runtime/graph/tensor.ts";
import { openBenchDevice } from "../ceilings/bench-device.ts";
import { currentCommit } from "../current-commit.ts";
import { saveReport } from "../report/save-report.ts";
import { BENCH_MODELS, benchModel } from "./bench-models.ts";
import { kernelTable } from "./kernel-table.ts";
import type { KernelsReport } from "./kernels-report.ts";
import type { BenchModel } from "./list-kernels.ts";
import { runKernels } from "./run-kernels.ts";

export interface KernelsOptions {
  /** Known names, or folders with config.json and preprocessor_config.json; `all` is every known name. */
  readonly model: readonly string[];
  readonly size?: number;
  readonly dtype: Precision;
  /** Percent of a model's operations or bytes from which on a shape is measured. */
  readonly least: number;
  readonly in: "node" | "chromium";
  readonly software: boolean;
  readonly json: boolean;
  readonly save: boolean;
}

/** `npm run bench -- kernels`. */
export async function benchKernels(options: KernelsOptions): Promise<void> {
  const report = await (options.in === "node" ? inNode(options) : inChromium(options));
  const table = kernelTable(report);
  console.log(options.json ? JSON.stringify(report, null, 1) : table);
  if (options.save) await saveReport(report, fileName(report));
}

async function inNode({ model, size, dtype, least, software }: KernelsOptions): Promise<KernelsReport> {
  const models = await Promise.all(namesOf(model).map((name) => readModel(name, size)));
  const { adapter, notice } = await openGpu({ software });
  if (notice) console.error(notice);
  const device = await openBenchDevice(adapter);
  try {
    const about = { commit: currentCommit(), place: "node" };
    return await runKernels(device, { ...about, models, dtype, least: least / 100, onProgress: logLine });
  } finally {
    device.dispose();
  }
}

async function inChromium({ model, size, dtype, least, software }: KernelsOptions): Promise<KernelsReport> {
  // Neither vite nor puppeteer is wanted where nobody asks for a browser.
  const { drivePage } = await import("../page/drive-page.ts");
  const query = { run: "kernels", models: namesOf(model), size, dtype, least: least / 100 } as const;
  return (await drivePage(query, { software, onProgress: logLine })) as KernelsReport;
}

function logLine(line: string): void {
  console.error(line);
}

function namesOf(models: readonly string[]): readonly string[] {
  return models.includes("all") ? BENCH_MODELS : models;
}

/** @throws UsageError for what is neither a folder nor a known name */
async function readModel(model: string, size: number | undefined): Promise<BenchModel> {
  if (!existsSync(join(model, "config.json"))) return benchModel(model, size);
  const readJson = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(model, name), "utf8"));
  const processor = parseProcessor(await readJson("preprocessor_config.json"));
  return {
    name: basename(model),
    config: parseConfig(await readJson("config.json")),
    size: size ?? processor.size.width,
  };
}

/** `2026-11-23-some-adapter-kernels-dpt-large-ade-f16.json`. */
function fileName({ date, adapter, place, models, dtype }: KernelsReport): string {
  const what = models.length === 1 ? models[0]!.name : `${models.length}-models`;
  const where = place === "node" ? "" : "-browser";
  return `${date}-${adapter.toLowerCase().replace(/[^a-z0-9]+/g, "-")}-kernels-${what}-${dtype}${where}.json`;
}
