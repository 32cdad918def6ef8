import { kernelTable } from "../kernels/kernel-table.ts";
import { growthTable } from "../model/growth-table.ts";
import { modelTable } from "../model/model-table.ts";
import { peersTable } from "../peers/peers-table.ts";
import { groupBy } from "./group-by.ts";
import { adapterOf, isCurrent, type SavedReport } from "./saved-report.ts";

/** The README's tables in Markdown by name, of every adapter's newest results; none for which there are no results. */
export function readmeTables(reports: readonly SavedReport[]): Readonly<Record<string, string>> {
  const newest = groupBy(reports, (report) => `${report.bench} ${adapterOf(report)}`).flatMap(newestOf);
  const models = newest.filter((report) => report.bench === "model");
  const tables: Record<string, string[]> = {
    kernels: newest
      .filter((report) => report.bench === "kernels")
      .filter(isCurrent)
      .map(kernelTable),
    model: [
      ...groupBy(models, ({ adapter }) => adapter).map((own) => modelTable(...own)),
      ...newest.filter((report) => report.bench === "growth").map(growthTable),
    ],
    peers: newest.filter((report) => report.bench === "peers").map(peersTable),
  };
  const known = Object.entries(tables).filter(([, texts]) => texts.length > 0);
  return Object.fromEntries(known.map(([name, texts]) => [name, texts.join("\n\n")]));
}

function newestOf(reports: readonly SavedReport[]): SavedReport[] {
  // Written year first: the order of the alphabet is that of time.
  const date = reports
    .map((report) => report.date)
    .sort()
    .at(-1);
  return reports.filter((report) => report.date === date);
}
