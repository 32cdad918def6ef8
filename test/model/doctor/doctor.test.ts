import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openGpu } from "../../../cli/adapter/open-gpu.ts";
import { type DoctorReport, doctor, doctorText } from "../../../src/doctor.ts";
import { ANSWERS } from "../../../src/model/doctor/answers.ts";
import { bucketSums } from "../../../src/model/doctor/bucket-sums.ts";
import { CASES } from "../../../src/model/doctor/cases.ts";
import type { DoctorCase } from "../../../src/model/doctor/doctor-case.ts";
import { examine } from "../../../src/model/doctor/examine.ts";
import { tasksOf } from "../../../src/model/doctor/tasks.ts";
import { traitsOf } from "../../../src/runtime/device/device.ts";
import { Graph } from "../../../src/runtime/graph/graph.ts";
import { familyOf, switchedOff } from "../../../src/runtime/paths/switched-off.ts";
import type { TuningStore } from "../../../src/runtime/paths/tuning-store.ts";
import { Engine } from "../../../src/runtime/session/engine.ts";
import { testDevice } from "../../device.ts";
import { LEAST_TRAITS } from "../../least-traits.ts";
import { pathDevice } from "../../path-device.ts";
import { kernelWithPaths } from "../../runtime/kernel-with-paths.ts";
import { alteredDevice } from "./altered-device.ts";
import { expectedAnswers } from "./expected-answers.ts";
import { memoryStore } from "./memory-store.ts";

test("the stored answers are those of the float64 loops, for every case", () => {
  expect(ANSWERS).toEqual(expectedAnswers());
  expect(CASES.map(({ name }) => name).sort()).toEqual(Object.keys(ANSWERS).sort());
});

test("every kernel has a case", async () => {
  const codes = await Promise.all(
    CASES.map(async ({ paths, precisions: [precision] = ["f32"] }) => {
      const all = await paths(precision!, LEAST_TRAITS);
      return all.flatMap(({ stages }) => stages.map(({ kernel }) => kernel.label));
    }),
  );
  const tested = new Set(codes.flat().map((label) => /^\w+/.exec(label)![0]));
  const folder = new URL("../../../src/kernels/", import.meta.url);
  const files = readdirSync(folder).filter((file) => file.endsWith(".ts"));
  const names = files.map((file) => file.slice(0, -3).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()));
  const isKernel = (_: string, i: number) =>
    /^export (?:async )?function \w+\(.*\): Kernel \{/ms.test(readFileSync(new URL(files[i]!, folder), "utf8"));
  expect(names.filter(isKernel).filter((name) => !tested.has(name))).toEqual([]);
});

test("every way to compute is right on this adapter, and the report tells of it", async () => {
  const { adapter } = await openGpu();
  const tuningStore = memoryStore();
  const counted: number[] = [];
  const report = await doctor({
    adapter,
    tuningStore,
    seconds: 250,
    about: { commit: "abc123" },
    onProgress: (done) => counted.push(done),
  });
  expect(report.results.filter(({ status }) => status !== "right")).toEqual([]);
  const all = await tasksOf(CASES, { ...traitsOf(await pathDevice()), software: false });
  const nameOf = ({ precision, path }: { precision: string; path: string }, of: string) => `${of} ${precision} ${path}`;
  expect(report.results.map((result) => nameOf(result, result.case)).sort()).toEqual(
    all.map(({ of, precision, path }) => nameOf({ precision, path: path.name }, of.name)).sort(),
  );
  // With the subgroups that SwiftShader has.
  const families = new Set(report.results.map(({ path }) => familyOf({ name: path })));
  expect([...families]).toEqual(
    expect.arrayContaining(["registers", "workgroup tiles", "subgroup swaps", "subgroups", "from storage"]),
  );
  for (const { error, bound, seconds } of report.results) {
    expect(error).toBeLessThan(bound);
    expect(seconds).toBeGreaterThan(0);
  }
  expect(report.switchedOff).toEqual([]);
  expect(report.version).toBe(JSON.parse(readFileSync("package.json", "utf8")).version);
  expect(report.limits.maxComputeWorkgroupStorageSize).toBeGreaterThanOrEqual(16_384);
  expect(report.adapterInfo).toMatchObject({
    vendor: adapter.info.vendor,
    isFallbackAdapter: adapter.info.isFallbackAdapter,
  });
  expect(counted).toEqual(report.results.map((_, i) => i + 1));
  // Nothing of it is lost as JSON.
  expect(JSON.parse(JSON.stringify(report))).toEqual(
    Object.fromEntries(Object.entries(report).filter(([, value]) => value !== undefined)),
  );
  const text = doctorText(report);
  expect(text).toContain(`version     dpt-webgpu ${report.version}\ndate        ${report.date}\ncommit      abc123\n`);
  expect(text).toContain(`adapter     ${report.adapter}`);
  expect(text).toMatch(/told of it {2}vendor \S+/);
  expect(text).toMatch(/limit {7}maxBufferSize \d+/);
  expect(text).toMatch(
    /right {7}matmul in f32, workgroup tiles 32×32×32: errs by [\d.]+e-\d+ \(at most 2e-5\); [\d.]+ s\n/,
  );
  expect(text).toMatch(/(\d+) of \1 ways to compute are right, in [\d.]+ s\nall well$/);
}, 300_000);

test("where time runs out, each kind of path has come before many sizes of one", async () => {
  const tasks = await tasksOf(CASES, {
    ...LEAST_TRAITS,
    subgroups: true,
    subgroupSize: 4,
    workgroupBytes: 32_768,
    invocations: 256,
  });
  const cases = tasks.map(({ of }) => of.name);
  const kinds = tasks.map(({ of, path }) => `${of.name}, ${familyOf(path)} in ${path.stages.length}`);
  for (const each of [cases, kinds]) {
    const all = new Set(each);
    expect(new Set(each.slice(0, all.size))).toEqual(all);
  }
  expect(tasks.length).toBeGreaterThan(new Set(kinds).size + 20);
});

const made = (names: Parameters<typeof kernelWithPaths>[0]): DoctorCase => ({
  name: "sum",
  precisions: ["f32"],
  paths: async (_, traits) => kernelWithPaths(names).paths!(traits),
  inputs: [new Float32Array(256).fill(2)],
});
const sums = bucketSums(new Float32Array(256).fill(3));
const answers = { sum: { sums: [...sums], scale: Math.max(...sums) } };

test("a way that is wrong, and one that does not run, are named and switched off", async () => {
  const device = await testDevice();
  const tuningStore = memoryStore();
  const names = ["own", "wrong", "broken", "twice"] as const;
  const report = await examine([made(names)], answers, { device, tuningStore });
  const outcomes = Object.fromEntries(report.results.map(({ path, status }) => [path, status]));
  expect(outcomes).toEqual({ own: "right", wrong: "wrong", broken: "does not run", twice: "right" });
  expect(report.results.find(({ path }) => path === "wrong")!.error).toBeCloseTo(1 / 3, 2);
  expect(report.switchedOff).toEqual(["wrong", "broken"]);
  expect(await switchedOff(tuningStore, report.adapter)).toEqual(["wrong", "broken"]);
  const text = doctorText(report);
  expect(text).toMatch(/WRONG {7}sum in f32, wrong: errs by 3.3e-1 \(at most 2e-5\); [\d.]+ s\n/);
  expect(text).toMatch(/WRONG {7}sum in f32, broken: does not run; .*WGSL.*/);
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
  expect(doctorText(report)).toMatch(
    /not tried {3}sum in f32, own\n\n0 of 1 .*\n1 were not tried, for want of time\nwhat was tried is right$/,
  );
});

test("what has no answer when time is up is named, and not waited for", async () => {
  const createComputePipelineAsync = () => new Promise(() => {});
  const device = alteredDevice(await testDevice(), { createComputePipelineAsync });
  const report = await examine([made(["own"])], answers, { device, tuningStore: memoryStore(), seconds: 0.2 });
  expect(report.results).toMatchObject([{ path: "own", status: "not done" }]);
  expect(report.switchedOff).toEqual([]);
  expect(doctorText(report)).toMatch(/NOT DONE {4}sum in f32, own: no answer yet; \d+\.\d+ s\n/);
});

test("a way that brings the device down is named, those after it are not tried", async () => {
  const { adapter } = await openGpu();
  const real = await adapter.requestDevice();
  let submits = 0;
  const createCommandEncoder = (descriptor: GPUCommandEncoderDescriptor) => {
    if (descriptor.label === "forward" && ++submits === 2) real.destroy();
    return real.createCommandEncoder(descriptor);
  };
  const device = alteredDevice(real, { createCommandEncoder });
  const report = await examine([made(["own", "twice", "slow"])], answers, { device, tuningStore: memoryStore() });
  expect(report.results.map(({ status }) => status).sort()).toEqual(["does not run", "not tried", "right"]);
  const [bad] = report.results.filter(({ status }) => status === "does not run");
  expect(bad!.message).toMatch(/GPU: want a device that works/);
  expect(report.switchedOff).toEqual([bad!.path]);
  expect(doctorText(report)).toMatch(/the device was lost: .*\n1 were not tried, since the device was lost\n/);
});

test("numbers that are not finite are wrong, and told as that", async () => {
  const nan: DoctorCase = { ...made(["own"]), inputs: [new Float32Array(256).fill(Number.NaN)] };
  const report = await examine([nan], answers, { device: await testDevice(), tuningStore: memoryStore() });
  expect(report.results).toMatchObject([{ status: "wrong", message: "answers numbers that are not finite" }]);
  expect(report.results[0]).not.toHaveProperty("error");
});

test("what a store has that is no list of names switches nothing off", async () => {
  const store = memoryStore();
  for (const value of [undefined, null, "registers", { families: "registers" }, { families: [1] }]) {
    store.kept.set("adapter switched off", value);
    expect(await switchedOff(store, "adapter")).toEqual([]);
  }
});
