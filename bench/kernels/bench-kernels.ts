import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openGpu } from "../../cli/adapter/open-gpu.ts";
import { parseConfig } from "../../src/model/config.ts";
import { parseProcessor } from "../../src/model/processor.ts";
import { Engine } from "../../src/runtime/engine.ts";
import { currentCommit } from "../current-commit.ts";
import { replaceTable } from "../replace-table.ts";
import { kernelTable } from "./kernel-table.ts";
import { modelCases } from "./model-cases.ts";
import { type KernelResult, timeKernel } from "./time-kernel.ts";

export interface KernelsOptions {
  readonly model: string;
  readonly size?: number;
  readonly software: boolean;
  readonly save: boolean;
}

/** What a run of `bench kernels` leaves. */
export interface KernelsReport {
  readonly bench: "kernels";
  readonly date: string;
  readonly commit: string;
  readonly adapter: string;
  readonly model: string;
  readonly size: number;
  readonly results: readonly KernelResult[];
}

/** `npm run bench -- kernels`. */
export async function benchKernels({ model, size: asked, software, save }: KernelsOptions): Promise<void> {
  const readJson = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(model, name), "utf8"));
  const config = parseConfig(await readJson("config.json"));
  const size = asked ?? parseProcessor(await readJson("preprocessor_config.json")).size.width;
  const { adapter, notice } = await openGpu({ software });
  if (notice) console.error(notice);
  const engine = await Engine.open({ adapter });
  const results: KernelResult[] = [];
  for (const test of modelCases(config, size)) {
    const result = await timeKernel(engine, test);
    results.push(result);
    console.error(`${result.label}: ${(result.flops / result.seconds / 1e9).toFixed(2)} GFLOP/s`);
  }
  const report: KernelsReport = {
    bench: "kernels",
    date: new Date().toISOString().slice(0, 10),
    commit: currentCommit(),
    adapter: engine.adapter,
    model,
    size,
    results,
  };
  engine.dispose();
  const table = kernelTable(report);
  console.log(table);
  if (!save) return;
  await mkdir("bench/results", { recursive: true });
  const name = `${report.date}-${report.adapter.toLowerCase().replace(/[^a-z0-9]+/g, "-")}-kernels.json`;
  await writeFile(join("bench/results", name), `${JSON.stringify(report, null, 1)}\n`);
  await replaceTable("README.md", "kernels", table);
}
