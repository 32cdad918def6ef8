import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { GrowthReport, ModelReport } from "../../bench/model/model-report.ts";
import { timingsOf } from "../../bench/model/timings.ts";
import { saveReport } from "../../bench/report/save-report.ts";

const size = { width: 64, height: 64 };
const about = { commit: "abc", place: "node", seeded: false, picture: { name: "a", ...size }, dtype: "f32" } as const;

function modelReport(date: string, adapter: string, model: string): ModelReport {
  return {
    ...about,
    bench: "model",
    date,
    adapter,
    model,
    size,
    keptInF32: [],
    cold: { load: 1, decode: 1, compile: 1, run: 1, total: 4 },
    warm: { picture: timingsOf([1]), run: timingsOf([1]), flopsPerSecond: 1e9 },
    plan: { flops: 1e9, dispatches: 1, pipelines: 1 },
    phases: [],
    profiled: 0,
    memory: { weights: { planned: 1, allocated: 1 }, beside: { planned: 1, allocated: 1 }, peak: 2 },
    kernels: [],
  };
}

function growthReport(date: string, adapter: string, model: string): GrowthReport {
  const points = [{ size, flops: 1e9, run: timingsOf([1]), growth: 1 }];
  return { ...about, bench: "growth", date, adapter, model, points };
}

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "dpt-webgpu-test-"));
  await writeFile(join(root, "README.md"), "before\n<!-- bench:model -->\nold\n<!-- /bench:model -->\nafter\n");
});
afterEach(() => rm(root, { recursive: true }));

async function readmeAfter(...reports: readonly (ModelReport | GrowthReport)[]): Promise<string> {
  for (const report of reports) {
    const { date, adapter, bench, model } = report;
    await saveReport(report, `${date}-${adapter}-${bench}-${model}.json`, root);
  }
  return readFile(join(root, "README.md"), "utf8");
}

test("the README shows each adapter's newest reports of each kind, whichever was saved last", async () => {
  const readme = await readmeAfter(
    modelReport("2026-11-10", "gpu", "one"),
    modelReport("2026-11-10", "gpu", "two"),
    growthReport("2026-10-01", "gpu", "grown"),
    modelReport("2026-11-11", "other", "elsewhere"),
    modelReport("2026-11-09", "gpu", "late"),
  );
  for (const shown of ["`one`", "`two`", "`grown`", "`elsewhere`"]) expect(readme).toContain(shown);
  for (const hidden of ["`late`", "old"]) expect(readme).not.toContain(hidden);
  expect(readme).toMatch(/^before\n<!-- bench:model -->\n.*\n<!-- \/bench:model -->\nafter\n$/s);
});

test("a README without a place for the table is an error that says what to add", async () => {
  await writeFile(join(root, "README.md"), "nothing\n");
  await expect(readmeAfter(modelReport("2026-11-10", "gpu", "one"))).rejects.toThrow(/want <!-- bench:model -->/);
});
