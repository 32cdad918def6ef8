import { expect, test } from "vitest";
import { openGpu } from "../../../cli/adapter/open-gpu.ts";
import { type DoctorReport, doctor, doctorText } from "../../../src/doctor.ts";
import { ANSWERS } from "../../../src/model/doctor/answers.ts";
import { bucketSums } from "../../../src/model/doctor/bucket-sums.ts";
import { CASES } from "../../../src/model/doctor/cases.ts";
import type { DoctorCase } from "../../../src/model/doctor/doctor-case.ts";
import { examine } from "../../../src/model/doctor/examine.ts";
import { Engine } from "../../../src/runtime/engine.ts";
import { Graph } from "../../../src/runtime/graph.ts";
import { familyOf, switchedOff } from "../../../src/runtime/switched-off.ts";
import type { TuningStore } from "../../../src/runtime/tuning-store.ts";
import { testDevice } from "../../device.ts";
import { kernelWithPaths } from "../../runtime/kernel-with-paths.ts";
import { expectedAnswers } from "./expected-answers.ts";

function memoryStore(): TuningStore & { readonly kept: Map<string, unknown> } {
  const kept = new Map<string, unknown>();
  return { kept, get: async (key) => kept.get(key), set: async (key, value) => void kept.set(key, value) };
}

test("the stored answers are those of the float64 loops, for every case", () => {
  expect(ANSWERS).toEqual(expectedAnswers());
  expect(CASES.map(({ name }) => name).sort()).toEqual(Object.keys(ANSWERS).sort());
});

test("every way to compute is right on this adapter, and the report tells of it", async () => {
  const { adapter } = await openGpu();
  const tuningStore = memoryStore();
  const counted: number[] = [];
  const report = await doctor({ adapter, tuningStore, seconds: 250, onProgress: (done) => counted.push(done) });
  expect(report.results.filter(({ status }) => status !== "right")).toEqual([]);
  expect(new Set(report.results.map(({ case: name }) => name)).size).toBe(CASES.length);
  // With the subgroups that SwiftShader has.
  const families = new Set(report.results.map(({ path }) => familyOf({ name: path })));
  expect([...families]).toEqual(
    expect.arrayContaining(["registers", "workgroup tiles", "subgroup broadcast", "subgroups", "from storage"]),
  );
  expect(report.switchedOff).toEqual([]);
  expect(report.limits.maxComputeWorkgroupStorageSize).toBeGreaterThanOrEqual(16_384);
  expect(counted).toEqual(report.results.map((_, i) => i + 1));
  const text = doctorText(report);
  expect(text).toContain(`adapter     ${report.adapter}`);
  expect(text).toMatch(/limit {7}maxBufferSize \d+/);
  expect(text).toMatch(/(\d+) of \1 ways to compute are right, in [\d.]+ s\nall well$/);
}, 300_000);

const made = (names: Parameters<typeof kernelWithPaths>[0]): DoctorCase => ({
  name: "sum",
  precisions: ["f32"],
  paths: (_, traits) => kernelWithPaths(names).paths!(traits),
  inputs: [new Float32Array(256).fill(2)],
});
const sums = bucketSums(new Float32Array(256).fill(3));
const answers = { sum: { sums: [...sums], scale: Math.max(...sums) } };

test("a way that is wrong, and one that does not run, are named and switched off", async () => {
  const device = await testDevice();
  const tuningStore = memoryStore();
  const names = ["own", "wrong", "broken", "twice"] as const;
  const report = await examine([made(names)], answers, { device, tuningStore });
  expect(report.results.map(({ path, status }) => [path, status])).toEqual([
    ["own", "right"],
    ["wrong", "wrong"],
    ["broken", "does not run"],
    ["twice", "right"],
  ]);
  expect(report.results[1]!.error).toBeCloseTo(1 / 3, 2);
  expect(report.switchedOff).toEqual(["wrong", "broken"]);
  expect(await switchedOff(tuningStore, report.adapter)).toEqual(["wrong", "broken"]);
  const text = doctorText(report);
  expect(text).toContain("WRONG       sum in f32, wrong: errs by 3.3e-1 of the largest value");
  expect(text).toMatch(/WRONG {7}sum in f32, broken: does not run: .*/);
  expect(text).toContain("switched off on this adapter from now on: wrong, broken");

  // A model that is loaded then takes another way, though it would take this one first.
  const taken = async (store: TuningStore) => {
    const engine = await Engine.open({ device, tuningStore: store });
    const graph = new Graph();
    graph.output("y", graph.run(kernelWithPaths(["wrong", "own"]), graph.input("x", { shape: [256], dtype: "f32" })));
    await engine.takePaths(graph);
    return graph.dispatches.map(({ kernel, why }) => [kernel.path, why]);
  };
  expect((await taken(memoryStore()))[0]![0]).toBe("wrong");
  expect(await taken(tuningStore)).toEqual([["own", "wrong was wrong in the self-test on this adapter"]]);

  // Once the driver is mended, all is as before.
  await examine([made(["own"])], answers, { device, tuningStore });
  expect((await taken(tuningStore))[0]![0]).toBe("wrong");
});

test("what there is one way for alone is not switched off", async () => {
  const report = await examine([made(["wrong"])], answers, { device: await testDevice(), tuningStore: memoryStore() });
  expect(report.results[0]!.status).toBe("wrong");
  expect(report.switchedOff).toEqual([]);
  expect(doctorText(report)).toMatch(/please report this, with all of the above$/);
});

test("when time is up the rest is told to be untried", async () => {
  const options = { device: await testDevice(), tuningStore: memoryStore(), seconds: 1e-9 };
  const report: DoctorReport = await examine([made(["own"])], answers, options);
  expect(report.results.map(({ status }) => status)).toEqual(["not tried"]);
  expect(doctorText(report)).toContain("1 were not tried, for want of time");
});

test("what a store has that is no list of names switches nothing off", async () => {
  const store = memoryStore();
  for (const value of [undefined, null, "registers", { families: "registers" }, { families: [1] }]) {
    store.kept.set("adapter switched off", value);
    expect(await switchedOff(store, "adapter")).toEqual([]);
  }
});
