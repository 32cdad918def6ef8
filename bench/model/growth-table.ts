import { formatSize } from "../../cli/text/format-size.ts";
import { formatSeconds } from "./format-seconds.ts";
import type { GrowthReport } from "./model-report.ts";

/** The report as a table in Markdown. */
export function growthTable({ adapter, place, date, commit, model, seeded, dtype, points }: GrowthReport): string {
  return [
    `\`${model}\`${seeded ? ", seeded" : ""}, ${dtype}, at growing sizes; ${adapter}; ${place}; ${date}; commit ${commit}.`,
    "The last columns are how much the time has grown since the smallest size, over how much the FLOPs have; processor time",
    "does not hang on what else the machine does.",
    "",
    "| network | GFLOP | time (least, spread) | GFLOP/s | time's growth over FLOPs' | processor time's |",
    "|---|---|---|---|---|---|",
    ...points.map(({ size, flops, run, growth, processorGrowth }) => {
      const time = `${formatSeconds(run.median)} (${formatSeconds(run.least)}, ${Math.round(100 * run.spread)} %)`;
      const rate = (flops / run.median / 1e9).toPrecision(3);
      return `| ${[formatSize(size), (flops / 1e9).toFixed(1), time, rate, `${growth.toFixed(2)}×`, ratio(processorGrowth)].join(" | ")} |`;
    }),
  ].join("\n");
}

function ratio(value: number | undefined): string {
  return value === undefined ? "" : `${value.toFixed(2)}×`;
}
