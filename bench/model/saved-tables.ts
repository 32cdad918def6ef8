import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { growthTable } from "./growth-table.ts";
import type { GrowthReport, ModelReport } from "./model-report.ts";
import { modelTable } from "./model-table.ts";

/** What lies in `bench/results` of one adapter, of the newest date there is of each kind, as tables in Markdown. */
export async function savedTables(folder: string, adapter: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => /-(?:model|growth)-.*\.json$/.test(name)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  const reports = texts
    .map((text) => JSON.parse(text) as ModelReport | GrowthReport)
    .filter((report) => report.adapter === adapter);
  const models = newest(reports.filter((report) => report.bench === "model"));
  const growths = newest(reports.filter((report) => report.bench === "growth"));
  return [...(models.length > 0 ? [modelTable(...models)] : []), ...growths.map(growthTable)].join("\n\n");
}

function newest<Report extends { readonly date: string }>(reports: readonly Report[]): Report[] {
  // Written year first: the order of the alphabet is that of time.
  const date = reports
    .map((report) => report.date)
    .sort()
    .at(-1);
  return reports.filter((report) => report.date === date);
}
