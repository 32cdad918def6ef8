import { afterEach, expect, test, vi } from "vitest";
import { requestDevice, traitsOf } from "../../src/runtime/device/device.ts";
import { TimestampRecorder } from "../../src/runtime/device/profiler.ts";
import { Graph } from "../../src/runtime/graph/graph.ts";
import type { PathTimes } from "../../src/runtime/paths/path-times.ts";
import { Engine } from "../../src/runtime/session/engine.ts";
import { testDevice } from "../device.ts";
import { LEAST_TRAITS } from "../least-traits.ts";
import { pathDevice } from "../path-device.ts";
import { kernelWithPaths } from "./kernel-with-paths.ts";

afterEach(() => vi.restoreAllMocks());

/** A tenth of a second: more than what a busy machine adds to a submit. */
const SLOW_TURNS = 800_000;

/** Tunes a kernel of a fast and a slow path; what was measured. */
async function tuned(device: GPUDevice): Promise<PathTimes> {
  const kept: unknown[] = [];
  const tuningStore = { get: async () => undefined, set: async (_: string, value: unknown) => void kept.push(value) };
  const engine = await Engine.open({ device, tuningStore });
  const graph = new Graph();
  const kernel = kernelWithPaths(["slow", "own"], SLOW_TURNS);
  graph.output("y", graph.run(kernel, graph.input("x", kernel.inputs[0]!)));
  const tuner = await engine.tuner(graph);
  while (await tuner.step((task) => task()));
  tuner.dispose();
  return kept.at(-1) as PathTimes;
}

test("WebGPU's default device has what the engine takes for the least", async () => {
  expect(traitsOf(await testDevice())).toMatchObject({ ...LEAST_TRAITS, software: true });
});

test("timestamps that tell the time, that are rounded to nothing, and that are refused: the fast path is found", async () => {
  const device = await pathDevice();
  expect(device.features.has("timestamp-query")).toBe(true);
  const read = vi.spyOn(TimestampRecorder.prototype, "read");
  const stamped = await tuned(device);
  expect(read).toHaveBeenCalled();

  read.mockReset();
  read.mockImplementation(async () => [0]);
  const rounded = await tuned(device);
  expect(read).toHaveBeenCalled();

  read.mockReset();
  const refused = await tuned(await testDevice());
  expect(read).not.toHaveBeenCalled();

  for (const { seconds } of [stamped, rounded, refused]) {
    expect(seconds.own).toBeLessThan(seconds.slow!);
    expect(seconds.slow).toBeGreaterThan(0);
  }
});

test("features and limits that an adapter lacks are not asked for", async () => {
  const limits = { maxBufferSize: 1, maxStorageBufferBindingSize: 2 } as unknown as GPUSupportedLimits;
  const asked: GPUDeviceDescriptor[] = [];
  const adapter = {
    features: new Set(["timestamp-query", "something-new"]),
    limits,
    info: { vendor: "nobody" },
    requestDevice: async (descriptor: GPUDeviceDescriptor) => {
      asked.push(descriptor);
      return {} as GPUDevice;
    },
  };
  await requestDevice(adapter as unknown as GPUAdapter);
  expect(asked[0]!.requiredFeatures).toEqual(["timestamp-query"]);
  expect(asked[0]!.requiredLimits).toMatchObject({ maxBufferSize: 1, maxStorageBufferBindingSize: 2 });
});
