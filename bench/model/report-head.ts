import type { DPT, Size } from "../../src/index.ts";
import type { ReportHead } from "./model-report.ts";
import type { ModelTask } from "./open-bench.ts";

/** What was measured, where. */
export function reportHead(
  { adapter, dtype }: DPT,
  { commit, place, model, seeded, picture }: ModelTask,
  size: Size,
): ReportHead {
  const date = new Date().toISOString().slice(0, 10);
  return { date, commit, adapter, place, model, seeded, picture: { name: picture.name, ...size }, dtype };
}
