import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UsageError } from "../../src/index.ts";
import { reportPage } from "./report-page.ts";
import { RESULTS, refreshReadme, savedFiles } from "./save-report.ts";
import { adapterOf, readReports } from "./saved-report.ts";

export interface ReportOptions {
  readonly output: string;
  readonly save: boolean;
}

/**
 * `npm run bench -- report`.
 * @throws UsageError if no file is named and no bench has saved anything
 */
export async function benchReport(files: readonly string[], { output, save }: ReportOptions): Promise<void> {
  const paths = files.length > 0 ? files : await savedFiles();
  if (paths.length === 0) {
    throw new UsageError(`report: want results in ${RESULTS}, got none. Run a bench with --save first.`);
  }
  const reports = await readReports(paths);
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
  await refreshReadme(reports);
}

async function writePage(path: string, page: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, page);
  console.log(path);
}
