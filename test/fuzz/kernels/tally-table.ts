import { textTable } from "../../../cli/text/text-table.ts";
import type { TrialRuns } from "./run-trials.ts";

/** The tallies as lines of a table. */
export function tallyTable({ tallies, failures }: TrialRuns): string {
  const part = (value: number | undefined) => (value === undefined ? "" : value.toPrecision(2));
  const rows = tallies.map(({ operator, trials, ofBound, ofWebnn }) => [
    operator,
    String(trials),
    part(ofBound),
    part(ofWebnn),
  ]);
  const total = tallies.reduce((sum, { trials }) => sum + trials, 0);
  const table = textTable(["operator", ">trials", ">of bound", ">of WebNN's"], rows);
  return `${table}\n${total} trials, ${failures.length} wrong`;
}
