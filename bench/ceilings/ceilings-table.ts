import type { Ceilings } from "./ceilings.ts";
import type { CeilingsReport } from "./run-ceilings.ts";
import { describeConfig } from "./subgroup-matrix.ts";

/** The report as a table in Markdown. */
export function ceilingsTable({ adapter, place, date, commit, ceilings }: CeilingsReport): string {
  const rows = ceilingWords(ceilings).map((words) => `| ${words.join(" | ")} |`);
  return [`${adapter}; ${place}; ${date}, commit ${commit}.`, "", "| what | at most |", "|---|---|", ...rows].join(
    "\n",
  );
}

/** What was measured, and how fast it was: `["copy, read and written", "12.3 GB/s"]`. */
export function ceilingWords({ bandwidth, f32, f16, matrices }: Ceilings): (readonly [string, string])[] {
  const giga = (rate: number, unit: string) => `${(rate / 1e9).toPrecision(3)} ${unit}`;
  return [
    ["copy, read and written", giga(bandwidth, "GB/s")],
    ["multiply-adds in f32", giga(f32, "GFLOP/s")],
    ...(f16 === undefined ? [] : [["multiply-adds in f16", giga(f16, "GFLOP/s")] as const]),
    ...matrices.map((matrix) => {
      return [`subgroup matrices ${describeConfig(matrix)}`, giga(matrix.rate, "GFLOP/s")] as const;
    }),
  ];
}
