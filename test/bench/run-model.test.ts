import { readFile } from "node:fs/promises";
import ts from "typescript";
import { beforeAll, describe, expect, test } from "vitest";
import { checkSame } from "../../bench/model/answer-of.ts";
import type { ModelReport } from "../../bench/model/model-report.ts";
import { modelTable, slowestTable } from "../../bench/model/model-table.ts";
import type { ModelTask } from "../../bench/model/open-bench.ts";
import { growthOf, runGrowth } from "../../bench/model/run-growth.ts";
import { runModel } from "../../bench/model/run-model.ts";
import { timingsOf } from "../../bench/model/timings.ts";
import type { ModelJson } from "../../bench/seeded/seeded-models.ts";
import { drawnSource } from "../../bench/seeded/seeded-source.ts";
import { openGpu } from "../../cli/adapter/open-gpu.ts";
import { DPT } from "../../src/index.ts";
import { randomStream } from "../random.ts";
import { TINY_DEPTH, TINY_LABELS } from "./tiny-models.ts";

const [width, height] = [90, 60];
const next = randomStream(1);
const picture = { width, height, data: Uint8Array.from({ length: 3 * width * height }, () => 256 * next()) };

async function task(json: ModelJson): Promise<ModelTask> {
  return {
    adapter: (await openGpu()).adapter,
    files: drawnSource("tiny", json),
    model: "tiny",
    seeded: true,
    picture: { name: "noise", decode: async () => picture },
    runs: 2,
    commit: "abc",
    place: "node",
  };
}

describe("runModel", () => {
  let report: ModelReport;
  beforeAll(async () => {
    report = await runModel(await task(TINY_LABELS));
  });

  test("says what was measured", () => {
    expect(report).toMatchObject({ bench: "model", commit: "abc", place: "node", model: "tiny", seeded: true });
    expect(report).toMatchObject({ picture: { name: "noise", width, height }, dtype: "f32" });
    expect(report.size).toEqual({ width: 64, height: 64 });
    expect(report.date).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  test("has numbers that add up", () => {
    const { cold, warm, plan, phases, profiled, memory, kernels } = report;
    const parts = cold.load + cold.decode + cold.compile + cold.run;
    expect(parts).toBeLessThanOrEqual(cold.total);
    expect(parts).toBeGreaterThan(0.9 * cold.total);
    expect(warm.picture.samples).toHaveLength(2);
    expect(warm.run.least).toBeLessThanOrEqual(warm.picture.least);
    expect(warm.flopsPerSecond * warm.run.median).toBeCloseTo(plan.flops, 0);

    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    expect(sum(phases.map(({ seconds }) => seconds))).toBeCloseTo(profiled, 9);
    expect(sum(phases.map(({ share }) => share))).toBeCloseTo(1, 9);
    expect(sum(phases.map(({ dispatches }) => dispatches))).toBe(plan.dispatches);
    expect(sum(phases.map(({ flops }) => flops))).toBe(plan.flops);
    expect(kernels[0]!.seconds).toBeGreaterThan(0);

    expect(memory.weights.planned).toBe(memory.weights.allocated);
    expect(memory.beside.planned).toBeGreaterThan(0.95 * memory.beside.allocated);
    expect(memory.beside.planned).toBeLessThan(1.05 * memory.beside.allocated);
    expect(memory.peak).toBe(memory.weights.allocated + memory.beside.allocated);
  });

  test("becomes tables of one shape", () => {
    for (const table of [modelTable(report), modelTable(report, report), slowestTable(report)]) {
      const blocks = table.split("\n\n").map((block) => block.split("\n").filter((line) => line.startsWith("|")));
      for (const lines of blocks) {
        const columns = new Set(lines.map((line) => line.split("|").length));
        expect(columns.size).toBeLessThanOrEqual(1);
      }
      expect(table).not.toMatch(/NaN|undefined|Infinity/);
    }
    expect(modelTable(report)).toContain("| backbone |");
  });
});

test("an adapter without timestamps gives wall times alone, and says so", async () => {
  const wanted = await task(TINY_LABELS);
  const { adapter } = wanted;
  const blind = {
    features: new Set(),
    limits: adapter.limits,
    info: adapter.info,
    requestDevice: (descriptor: GPUDeviceDescriptor) => adapter.requestDevice(descriptor),
  } as unknown as GPUAdapter;
  const lines: string[] = [];
  const report = await runModel({ ...wanted, adapter: blind, log: (line) => lines.push(line) });
  expect(report).toMatchObject({ phases: [], kernels: [], profiled: 0 });
  expect(report.warm.picture.median).toBeGreaterThan(0);
  expect(lines.join()).toContain("no timestamp-query");
  expect(modelTable(report)).toContain("Not split by phase");
});

test("drawn weights give depths that differ from pixel to pixel", async () => {
  const { adapter, files } = await task(TINY_DEPTH);
  using model = await DPT.load(files, { adapter });
  const { depth } = await model.depth(picture);
  // A last ReLU that leaves nothing would make every run equal, right or wrong.
  expect(new Set(depth).size).toBeGreaterThan(1000);
  expect(Math.max(...depth)).toBeLessThan(100);
});

describe("checkSame", () => {
  test("lets equal answers pass", () => {
    checkSame(Float32Array.of(1, 2), Float32Array.of(1, 2));
  });

  test.each([
    [Float32Array.of(1, 3), "want the first run's 2 at pixel 1, got 3"],
    [Float32Array.of(1, Number.NaN), "got NaN"],
    [Float32Array.of(1), "want 2 pixels in every run, got 1"],
  ])("refuses %j", (values, message) => {
    expect(() => checkSame(values, Float32Array.of(1, 2))).toThrow(message);
  });
});

describe("growth", () => {
  test("is time's over FLOPs', against the smallest size", () => {
    const at = (side: number, flops: number, seconds: number) => {
      return { size: { width: side, height: side }, flops, run: timingsOf([seconds]) };
    };
    const points = growthOf([at(1, 100, 1), at(2, 400, 4), at(3, 900, 18)]);
    expect(points.map(({ growth }) => growth)).toEqual([1, 1, 2]);
    expect(points.map(({ processorGrowth }) => processorGrowth)).toEqual([undefined, undefined, undefined]);
    const busy = [at(1, 100, 1), at(2, 400, 40)].map((point, i) => ({ ...point, processor: timingsOf([2 + 10 * i]) }));
    expect(growthOf(busy).map(({ processorGrowth }) => processorGrowth)).toEqual([1, 1.5]);
  });

  test("runs a model at each size, the smallest first", async () => {
    const { points } = await runGrowth({ ...(await task(TINY_DEPTH)), sizes: [98, 70] });
    expect(points.map(({ size }) => size.width)).toEqual([70, 98]);
    expect(points[0]!.growth).toBe(1);
    expect(points[1]!.flops).toBeGreaterThan(points[0]!.flops);
    expect(points[1]!.run.samples).toHaveLength(2);
  });
});

test("timingsOf tells median, least and spread", () => {
  expect(timingsOf([4, 1, 2])).toEqual({ samples: [4, 1, 2], median: 2, least: 1, spread: 1.5 });
});

test("what a page runs imports nothing of Node", async () => {
  const todo = ["model/run-model.ts", "model/run-growth.ts", "model/model-table.ts", "seeded/seeded-source.ts"].map(
    (file) => new URL(`../../bench/${file}`, import.meta.url).href,
  );
  const seen = new Set(todo);
  const packages = new Set<string>();
  for (const file of seen) {
    for (const { fileName } of ts.preProcessFile(await readFile(new URL(file), "utf8")).importedFiles) {
      if (fileName.startsWith(".")) seen.add(new URL(fileName, file).href);
      else packages.add(fileName);
    }
  }
  expect(seen.size).toBeGreaterThan(40);
  expect(
    [...packages].filter((name) => !/^(?:comlink|idb-keyval|wgsl-preprocessor|@zip\.js\/zip\.js)(?:\/|$)/.test(name)),
  ).toEqual([]);
});
