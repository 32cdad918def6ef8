import type { Plan } from "../../src/index.ts";
import { formatBytes } from "./format-bytes.ts";
import { textTable } from "./text-table.ts";

/** What is run, in the order of the first dispatch of each kernel, in what way and why; bytes count each input and output once. */
export function planTable({ kernels, ...plan }: Plan): string {
  const gflop = (flops: number) => (flops / 1e9).toFixed(3);
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  const rows = kernels.map(({ part, label, path = "", why = "", count, flops, bytes }) => {
    return [part, label, String(count), gflop(flops), megabytes(bytes), path, why];
  });
  const total = kernels.reduce((sum, { bytes }) => sum + bytes, 0);
  return [
    textTable(
      ["part", "kernel", ">calls", ">GFLOP", ">MB", "path", "why"],
      [...rows, ["total", "", String(plan.dispatches), gflop(plan.flops), megabytes(total), "", ""]],
    ),
    "",
    `GPU memory ${formatBytes(plan.weightBytes)} of weights, ${formatBytes(plan.plannedBytes)} of activations; ${plan.pipelines} pipelines`,
  ].join("\n");
}
