import { UsageError } from "../../src/runtime/errors.ts";
import { openBenchDevice } from "../ceilings/bench-device.ts";
import { ceilingsTable } from "../ceilings/ceilings-table.ts";
import { type CeilingsReport, runCeilings } from "../ceilings/run-ceilings.ts";
import { BENCH_MODELS, benchModel } from "../kernels/bench-models.ts";
import { kernelTable } from "../kernels/kernel-table.ts";
import type { KernelsReport } from "../kernels/kernels-report.ts";
import { runKernels } from "../kernels/run-kernels.ts";
import type { ModelReport } from "../model/model-report.ts";
import { modelTable, slowestTable } from "../model/model-table.ts";
import type { Bench, PageQuery } from "./page-query.ts";
import { runPageModel } from "./run-page-model.ts";

export type PageReport = CeilingsReport | KernelsReport | ModelReport;

/** Called with a line for whoever waits, and how much is done, 0 to 1, where that is known. */
export type OnProgress = (line: string, done?: number) => void;

/**
 * Measures in this browser what the query asks for.
 * @throws MachineError without WebGPU or f16; UsageError for what a bench cannot do
 */
export async function runBench(bench: Bench, query: PageQuery, onProgress: OnProgress): Promise<PageReport> {
  if (bench === "model") return runPageModel(query, COMMIT, onProgress);
  const { dtype, size, least } = query;
  const models = (query.models.includes("all") ? BENCH_MODELS : query.models).map((name) => benchModel(name, size));
  if (dtype !== "f32" && dtype !== "f16") {
    throw new UsageError(`${bench}: want dtype f32 or f16, got ${dtype}. Integers are measured with the model.`);
  }
  const about = { commit: COMMIT, place: navigator.userAgent };
  const device = await openBenchDevice();
  try {
    if (bench === "ceilings") return await runCeilings(device, { ...about, onProgress });
    return await runKernels(device, { ...about, models, dtype, ...(least && { least }), onProgress });
  } finally {
    device.dispose();
  }
}

/** A report in Markdown. */
export function tablesOf(report: PageReport): string {
  switch (report.bench) {
    case "ceilings":
      return ceilingsTable(report);
    case "kernels":
      return kernelTable(report);
    case "model":
      return `${modelTable(report)}\n\n${slowestTable(report)}`;
  }
}
