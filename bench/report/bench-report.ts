import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UsageError } from "../../src/index.ts";
import { replaceTable } from "../replace-table.ts";
import { readmeTables } from "./readme-tables.ts";
import { reportPage } from "./report-page.ts";
import { adapterOf, readReports } from "./saved-report.ts";

export interface ReportOptions {
  readonly output: string;
  readonly save: boolean;
}

const RESULTS = "bench/results";

/** `npm run bench -- report`. */
export async function benchReport(files: readonly string[], { output, save }: ReportOptions): Promise<void> {
  const reports = await readReports(files.length > 0 ? files : await savedFiles());
  if (!save) return writePage(output, reportPage(reports));
  for (const adapter of new Set(reports.map(adapterOf))) {
    const own = reports.filter((report) => adapterOf(report) === adapter);
    const date = own
      .map((report) => report.date)
      .sort()
      .at(-1);
    const name = `${date}-${adapter.toLowerCase().replace(/[^a-z0-9]+/g, "-")}.html`;
    await writePage(join(RESULTS, name), reportPage(own));
  }
  for (const [name, table] of Object.entries(readmeTables(reports))) await replaceTable("README.md", name, table);
}

/** @throws UsageError if no bench has saved anything */
async function savedFiles(): Promise<string[]> {
  const names = await readdir(RESULTS).catch(() => []);
  const files = names.filter((name) => name.endsWith(".json")).sort();
  if (files.length > 0) return files.map((name) => join(RESULTS, name));
  throw new UsageError(`report: want results in ${RESULTS}, got none. Run a bench with --save first.`);
}

async function writePage(path: string, page: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, page);
  console.log(path);
}
