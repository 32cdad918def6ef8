import { ceilingWords } from "../ceilings/ceilings-table.ts";
import type { KernelResult, KernelsReport } from "./kernels-report.ts";

/** The columns of {@link kernelRow}. */
const KERNEL_COLUMNS = [
  "in the model",
  "kernel",
  "path",
  "error",
  "ms",
  "GFLOP/s",
  "GB/s",
  "roofline, GFLOP/s",
  "share",
] as const;

/** The report as a table in Markdown. */
export function kernelTable(report: KernelsReport): string {
  const { date, commit, adapter, place, dtype, models, ceilings, results, missing } = report;
  const sizes = models.map(({ name, size }) => `\`${name}\` at ${size}×${size}`).join(", ");
  const words = ceilingWords(ceilings).map((pair) => pair.join(" "));
  const rows = results.map((result) => kernelRow(result).map((cell, i) => (i === 1 ? `\`${cell}\`` : cell)));
  return [
    `${adapter}; ${place}; ${sizes}, ${dtype}; ${date}, commit ${commit}.`,
    "",
    `Ceilings of this adapter, measured in the same run: ${words.join("; ")}.`,
    "",
    ...[KERNEL_COLUMNS, KERNEL_COLUMNS.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`),
    ...(missing.length > 0 ? ["", `Not measured: ${missing.map((label) => `\`${label}\``).join(", ")}.`] : []),
  ].join("\n");
}

/** What was measured of one kernel, by {@link KERNEL_COLUMNS}. */
function kernelRow({ role, uses, label, paths = [], error, seconds, flops, bytes, bound }: KernelResult): string[] {
  const rate = flops / seconds;
  return [
    `${role} (${uses.map(({ model, times }) => `${model}${times > 1 ? ` ${times}×` : ""}`).join(", ")})`,
    label,
    paths.join(", "),
    error.toExponential(0),
    (seconds * 1e3).toPrecision(3),
    (rate / 1e9).toPrecision(3),
    (bytes / seconds / 1e9).toPrecision(2),
    (bound / 1e9).toPrecision(3),
    `${((100 * rate) / bound).toPrecision(2)} %`,
  ];
}
