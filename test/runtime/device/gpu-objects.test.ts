import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { gpuObjects, makeBuffer, makeTexture } from "../../../src/runtime/device/gpu-objects.ts";
import { Pipelines } from "../../../src/runtime/device/pipelines.ts";
import { Graph } from "../../../src/runtime/graph/graph.ts";
import { Session } from "../../../src/runtime/session/session.ts";
import { testDevice } from "../../device.ts";
import { pathDevice } from "../../path-device.ts";
import { sumKernel } from "../kernel-of.ts";

test("nothing is made on a device but by the functions that count", () => {
  const makers = /\.create(Buffer|Texture|QuerySet|(Compute|Render)Pipeline(Async)?)\(/;
  const folder = "src/";
  const names = (readdirSync(folder, { recursive: true }) as string[]).filter((name) => name.endsWith(".ts"));
  expect(names.length).toBeGreaterThan(100);
  const found = names.filter((name) => makers.test(readFileSync(folder + name, "utf8")));
  expect(found).toEqual(["runtime/device/gpu-objects.ts"]);
});

test("objects count until they are destroyed, once", async () => {
  const device = await testDevice();
  const before = gpuObjects(device);
  const buffer = makeBuffer(device, { size: 48, usage: GPUBufferUsage.STORAGE });
  const texture = makeTexture(device, { size: [2, 2], format: "rgba8unorm", usage: GPUTextureUsage.COPY_SRC });
  const { buffers, bufferBytes, textures } = before;
  expect(gpuObjects(device)).toEqual({
    ...before,
    buffers: buffers + 1,
    bufferBytes: bufferBytes + 48,
    textures: textures + 1,
  });
  for (const made of [buffer, buffer, texture, texture]) made.destroy();
  expect(gpuObjects(device)).toEqual(before);
});

test("pipelines count while they are kept: those in use, and as many idle ones as are kept", async () => {
  const device = await testDevice();
  const pipelines = Pipelines.of(device);
  const kernels = Array.from({ length: 140 }, (_, i) => sumKernel(1, 4, 1000 + i));
  const before = gpuObjects(device).pipelines;
  await Promise.all(kernels.map((kernel) => pipelines.acquire(kernel)));
  expect(gpuObjects(device).pipelines).toBe(before + 140);
  for (const kernel of kernels) pipelines.release(kernel);
  await Promise.resolve();
  // Idle ones of other tests' go first.
  expect(gpuObjects(device).pipelines).toBeLessThanOrEqual(128);
});

test("profiling leaves no query sets and no buffers", async () => {
  const device = await pathDevice();
  const graph = new Graph();
  graph.output("y", graph.run(sumKernel(1, 64, 1), graph.input("x", { shape: [64], dtype: "f32" })));
  const before = gpuObjects(device);
  const session = await Session.compile(device, Pipelines.of(device), graph, undefined);
  const { buffers } = gpuObjects(device);
  const { times } = await session.run({ x: new Float32Array(64) }, { profile: true });
  expect(times).toHaveLength(1);
  expect(gpuObjects(device)).toMatchObject({ buffers, querySets: before.querySets });
  session.dispose();
  expect(gpuObjects(device)).toMatchObject({ buffers: before.buffers, bufferBytes: before.bufferBytes });
});
