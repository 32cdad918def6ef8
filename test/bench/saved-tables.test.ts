import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { GrowthReport, ModelReport } from "../../bench/model/model-report.ts";
import { savedTables } from "../../bench/model/saved-tables.ts";
import { timingsOf } from "../../bench/model/timings.ts";

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

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dpt-webgpu-test-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function save(...reports: readonly (ModelReport | GrowthReport)[]): Promise<void> {
  for (const report of reports) {
    const { date, adapter, bench, model } = report;
    await writeFile(join(folder, `${date}-${adapter}-${bench}-${model}.json`), JSON.stringify(report));
  }
}

test("shows the newest reports of each kind, of this adapter alone", async () => {
  await save(
    modelReport("2026-11-09", "gpu", "old"),
    modelReport("2026-11-10", "gpu", "one"),
    modelReport("2026-11-10", "gpu", "two"),
    modelReport("2026-11-11", "other", "elsewhere"),
    growthReport("2026-10-01", "gpu", "grown"),
  );
  await writeFile(join(folder, "2026-11-10-gpu-kernels.json"), "{}");
  const tables = await savedTables(folder, "gpu");
  for (const shown of ["`one`", "`two`", "`grown`"]) expect(tables).toContain(shown);
  for (const hidden of ["`old`", "`elsewhere`"]) expect(tables).not.toContain(hidden);
});

test("shows nothing where there is nothing", async () => {
  await save(modelReport("2026-11-10", "gpu", "one"));
  expect(await savedTables(folder, "another")).toBe("");
});
