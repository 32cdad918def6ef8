import { describe, expect, test } from "vitest";
import { checkLimits } from "../../../src/runtime/device/device.ts";
import { Pipelines } from "../../../src/runtime/device/pipelines.ts";
import { InternalError, MachineError } from "../../../src/runtime/errors.ts";
import { Graph } from "../../../src/runtime/graph/graph.ts";
import type { Kernel } from "../../../src/runtime/graph/kernel.ts";
import { plannedBytes, Session } from "../../../src/runtime/session/session.ts";
import { WeightStore } from "../../../src/runtime/session/weight-store.ts";
import { testDevice } from "../../device.ts";
import { randomNormal } from "../../random.ts";
import { kernelOf, sumKernel } from "../kernel-of.ts";
import { memoryCheckpoint } from "../memory-checkpoint.ts";
import { spyDevice } from "../spy-device.ts";
import { weightOf } from "../weight-of.ts";

const LENGTH = 1000;
const spec = { shape: [LENGTH], dtype: "f32" } as const;

/** `y = 2x + w + c + 10`, over two activations, and `x + 1` on the way. */
function sampleGraph() {
  const graph = new Graph();
  const weight = weightOf("w", [LENGTH]);
  const x = graph.input("x", spec);
  const c = graph.constant(
    "c",
    Float32Array.from({ length: LENGTH }, (_, i) => i),
  );
  const one = graph.run(sumKernel(1, LENGTH, 1), x);
  const two = graph.run(sumKernel(3, LENGTH, 2), one, x, graph.weight(weight));
  const three = graph.run(sumKernel(2, LENGTH, 3), two, c);
  const four = graph.run(sumKernel(1, LENGTH, 4), three);
  graph.output("early", one);
  graph.output("y", four);
  return { graph, weight };
}

async function compileSample(device: GPUDevice, onProgress?: (done: number, total: number) => void) {
  const { graph, weight } = sampleGraph();
  const w = randomNormal(LENGTH, 9);
  const weights = await WeightStore.load(device, await memoryCheckpoint({ w }), [weight]);
  const session = await Session.compile(device, Pipelines.of(device), graph, weights, { onProgress });
  return { graph, session, weights, w };
}

const floats = (bytes: ArrayBuffer | undefined) => new Float32Array(bytes!, 0, LENGTH);

test("runs a graph, again and again, and gives the same bits for the same input", async () => {
  const { session, weights, w } = await compileSample(await testDevice());
  const x = randomNormal(LENGTH, 1);
  const first = (await session.run({ x })).outputs;
  const f = Math.fround;
  const want = x.map((v, i) => f(f(f(f(f(f(f(v + 1) + v) + w[i]!) + 2) + i) + 3) + 4));
  expect([...first.keys()]).toEqual(["early", "y"]);
  expect(floats(first.get("early"))).toEqual(x.map((v) => f(v + 1)));
  // The compiler may add in another order: six sums of numbers below 2,048.
  for (const [i, y] of floats(first.get("y")).entries()) expect(Math.abs(y - want[i]!)).toBeLessThan(6 * 2 ** -14);

  const other = (await session.run({ x: new Float32Array(LENGTH) })).outputs;
  expect(floats(other.get("early"))).toEqual(new Float32Array(LENGTH).fill(1));
  const second = (await session.run({ x })).outputs;
  expect(floats(second.get("early"))).toEqual(floats(first.get("early")));
  expect(floats(second.get("y"))).toEqual(floats(first.get("y")));
  session.dispose();
  weights.dispose();
});

test("takes the memory it has predicted, and gives all of it back", async () => {
  const { device, living } = spyDevice(await testDevice());
  const { graph, session, weights } = await compileSample(device);
  expect(session.bytes).toBe(plannedBytes(graph));
  expect(weights.bytes).toBe(4 * LENGTH);
  expect(living().sort()).toEqual(
    ["activations 0", "activations 1", "activations 2", "c", "early read back", "w", "x", "y read back"].sort(),
  );
  session.dispose();
  expect(living()).toEqual(["w"]);
  weights.dispose();
  expect(living()).toEqual([]);
});

test("tells how many pipelines are ready, equal ones counted once", async () => {
  const device = await testDevice();
  const graph = new Graph();
  const x = graph.input("x", spec);
  const twice = graph.run(sumKernel(1, LENGTH, 1), graph.run(sumKernel(1, LENGTH, 1), x));
  graph.output("y", graph.run(sumKernel(1, LENGTH, 5), twice));
  const told: [number, number][] = [];
  const none = await WeightStore.load(device, await memoryCheckpoint({}), []);
  const progress = (done: number, total: number) => told.push([done, total]);
  const session = await Session.compile(device, Pipelines.of(device), graph, none, { onProgress: progress });
  expect(told).toEqual([
    [1, 2],
    [2, 2],
  ]);
  const { outputs } = await session.run({ x: new Float32Array(LENGTH) });
  expect(floats(outputs.get("y"))).toEqual(new Float32Array(LENGTH).fill(7));
  session.dispose();
});

describe("what goes wrong leaves nothing behind", () => {
  const compile = async (kernel: Kernel, device: GPUDevice) => {
    const graph = new Graph();
    graph.output("y", graph.run(kernel, graph.input("x", spec)));
    const none = await WeightStore.load(device, await memoryCheckpoint({}), []);
    return Session.compile(device, Pipelines.of(device), graph, none);
  };

  test("WGSL that does not compile", async () => {
    const { device, living } = spyDevice(await testDevice());
    const broken = { ...sumKernel(1, LENGTH), label: "broken kernel", code: "fn main() { let x = nowhere; }" };
    const error = await compile(broken, device).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(InternalError);
    expect((error as Error).message).toMatch(/^broken kernel: want WGSL that compiles, got:\nline 1: .*nowhere/);
    expect(living()).toEqual([]);
  });

  test("memory that runs out", async () => {
    const real = await testDevice();
    let left = 2;
    const { device, made, living } = spyDevice(real, (descriptor) => {
      left--;
      if (left >= 0) return real.createBuffer(descriptor);
      // As an error that the device reports: larger than it can be.
      return real.createBuffer({ ...descriptor, size: 2 ** 40 });
    });
    const error = await compile(sumKernel(1, LENGTH), device).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(MachineError);
    expect((error as Error).message).toMatch(/^GPU memory: want 0.0 MB for y read back beside 0.0 MB, got: /);
    expect(made).toHaveLength(3);
    expect(living()).toEqual([]);
  });

  test("a limit that is too small, before anything is made", async () => {
    const { device, made } = spyDevice(await testDevice());
    const large = device.limits.maxStorageBufferBindingSize / 4 + 1;
    const graph = new Graph();
    graph.output("y", graph.run(kernelOf([LENGTH], large, "enlarge"), graph.input("x", spec)));
    const none = await WeightStore.load(device, await memoryCheckpoint({}), []);
    const error = await Session.compile(device, Pipelines.of(device), graph, none).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(MachineError);
    expect((error as Error).message).toContain("maxStorageBufferBindingSize");
    expect(made).toEqual([]);
  });

  test("times on a device that cannot tell them", async () => {
    const { session, weights } = await compileSample(await testDevice());
    const error = await session.run({ x: new Float32Array(LENGTH) }, { profile: true }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(MachineError);
    expect((error as Error).message).toContain("want the feature timestamp-query");
    session.dispose();
    weights.dispose();
  });
});

describe("checkLimits names the limit and the tensor", () => {
  const graph = new Graph();
  const x = graph.input("pixels", { shape: [100], dtype: "f32" });
  const w = graph.weight(weightOf("head.weight", [1000]));
  graph.run(kernelOf([100, 1000], 10, "head"), x, w);
  const limits = { maxStorageBufferBindingSize: 4000, maxBufferSize: 4000, maxStorageBuffersPerShaderStage: 3 };
  const check = (changed: Partial<typeof limits>) =>
    checkLimits({ limits: { ...limits, ...changed } as unknown as GPUSupportedLimits }, graph);

  test("and passes what just fits", () => {
    expect(() => check({})).not.toThrow();
  });

  test.each(["maxStorageBufferBindingSize", "maxBufferSize"] as const)("%s", (name) => {
    const message = `head.weight: want ${name} of 4000 bytes for [1000] f32, got 3999.`;
    expect(() => check({ [name]: 3999 })).toThrow(MachineError);
    expect(() => check({ [name]: 3999 })).toThrow(message);
  });

  test("maxStorageBuffersPerShaderStage", () => {
    const count = () => check({ maxStorageBuffersPerShaderStage: 2 });
    expect(count).toThrow(MachineError);
    expect(count).toThrow("head: want maxStorageBuffersPerShaderStage of 3, got 2.");
  });
});
