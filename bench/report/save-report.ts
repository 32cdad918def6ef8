import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { replaceTable } from "../replace-table.ts";
import { readmeTables } from "./readme-tables.ts";
import { readReports, type SavedReport } from "./saved-report.ts";

/** Where results lie in the repository, or in the kit. */
export const RESULTS = "bench/results";

/** Writes a report to `bench/results/NAME` below `root`, and the README's tables anew from all that lies there. */
export async function saveReport(report: SavedReport, name: string, root = "."): Promise<void> {
  const folder = join(root, RESULTS);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), `${JSON.stringify(report, null, 1)}\n`);
  await refreshReadme(await readReports(await savedFiles(root)), root);
}

/** Puts what each adapter's newest reports say into the README below `root`. */
export async function refreshReadme(reports: readonly SavedReport[], root = "."): Promise<void> {
  const readme = join(root, "README.md");
  for (const [name, table] of Object.entries(readmeTables(reports))) await replaceTable(readme, name, table);
}

/** The reports in `bench/results` below `root`, the oldest first; none without that folder. */
export async function savedFiles(root = "."): Promise<string[]> {
  const folder = join(root, RESULTS);
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => name.endsWith(".json")).sort();
  return files.map((name) => join(folder, name));
}
