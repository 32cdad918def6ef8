import { formatShare } from "../../cli/text/format-share.ts";
import { formatSize } from "../../cli/text/format-size.ts";
import { formatSeconds } from "./format-seconds.ts";
import type { ModelReport, PhaseTime } from "./model-report.ts";
import { PHASES } from "./phases.ts";

/** Reports of one adapter as tables in Markdown: a line each, then a column each for the split by phase. */
export function modelTable(...reports: readonly ModelReport[]): string {
  const about = (["adapter", "place", "date", "commit"] as const).map((field) => {
    const values = [...new Set(reports.map((report) => report[field]))].join(", ");
    return field === "commit" ? `commit ${values}` : values;
  });
  const split = reports.filter(({ phases }) => phases.length > 0);
  const untold = reports.filter(({ phases }) => phases.length === 0);
  return [
    `${about.join("; ")}. One picture at a time, from its file to its labels or depth.`,
    "The first answer is device, weights, decoding, compiling and one run; warm is the median (least, spread of all runs).",
    "",
    "| model | network | dtype | first answer | weights loaded | compiled | first run | warm | GFLOP | GFLOP/s | weights, MB | beside them, MB: planned | allocated |",
    "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ...reports.map((report) => row(costs(report))),
    ...(split.length > 0 ? ["", ...phaseTable(split)] : []),
    ...(untold.length > 0
      ? ["", `Not split by phase, since the adapter has no timestamps: ${untold.map(title).join(", ")}.`]
      : []),
  ].join("\n");
}

/** The kernels that took longest, as a table in Markdown. */
export function slowestTable({ kernels }: ModelReport): string {
  return [
    "| phase | kernel | dispatches | time | share | GFLOP/s | GB/s |",
    "|---|---|---|---|---|---|---|",
    ...kernels.map(({ phase, label, dispatches, seconds, share, flops, bytes }) =>
      row([
        phase,
        `\`${label}\``,
        `${dispatches}`,
        formatSeconds(seconds),
        formatShare(share),
        rate(flops, seconds),
        rate(bytes, seconds),
      ]),
    ),
  ].join("\n");
}

function costs(report: ModelReport): string[] {
  const { size, dtype, cold, warm, plan, memory } = report;
  const { median, least, spread } = warm.picture;
  return [
    name(report),
    formatSize(size),
    dtype,
    formatSeconds(cold.total),
    formatSeconds(cold.load),
    formatSeconds(cold.compile),
    formatSeconds(cold.run),
    `${formatSeconds(median)} (${formatSeconds(least)}, ${Math.round(100 * spread)} %)`,
    (plan.flops / 1e9).toFixed(1),
    (warm.flopsPerSecond / 1e9).toPrecision(3),
    megabytes(memory.weights.allocated),
    megabytes(memory.beside.planned),
    megabytes(memory.beside.allocated),
  ];
}

function phaseTable(reports: readonly ModelReport[]): string[] {
  const cell = (phase: PhaseTime | undefined) =>
    phase ? `${formatSeconds(phase.seconds)}, ${formatShare(phase.share)}` : "";
  return [
    "By phase, of one run that was profiled: what the GPU does by its own clock, the rest by the CPU's.",
    "",
    row(["phase", ...reports.map(title)]),
    `|${"---|".repeat(1 + reports.length)}`,
    ...PHASES.map((phase) =>
      row([phase, ...reports.map(({ phases }) => cell(phases.find((each) => each.phase === phase)))]),
    ),
    row(["together", ...reports.map(({ profiled }) => formatSeconds(profiled))]),
  ];
}

function title(report: ModelReport): string {
  return `${name(report)} ${formatSize(report.size)} ${report.dtype}`;
}

function name({ model, seeded }: ModelReport): string {
  return `\`${model}\`${seeded ? ", seeded" : ""}`;
}

/** Billions a second; a clock too coarse for a kernel tells nothing. */
function rate(amount: number, seconds: number): string {
  return seconds > 0 ? (amount / seconds / 1e9).toPrecision(3) : "–";
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
