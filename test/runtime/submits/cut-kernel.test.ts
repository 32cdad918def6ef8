import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { attention } from "../../../src/kernels/attention.ts";
import { layerNorm } from "../../../src/kernels/layer-norm.ts";
import { matmul } from "../../../src/kernels/matmul.ts";
import { resize } from "../../../src/kernels/resize.ts";
import { gpuObjects } from "../../../src/runtime/device/gpu-objects.ts";
import { Pipelines } from "../../../src/runtime/device/pipelines.ts";
import { Graph } from "../../../src/runtime/graph/graph.ts";
import type { Kernel } from "../../../src/runtime/graph/kernel.ts";
import { elementCount } from "../../../src/runtime/graph/tensor.ts";
import { Session } from "../../../src/runtime/session/session.ts";
import { cutGrid } from "../../../src/runtime/submits/cut-kernel.ts";
import { mostParts } from "../../../src/runtime/submits/most-parts.ts";
import { testDevice } from "../../device.ts";
import { randomNormal } from "../../random.ts";
import { kernelOf } from "../kernel-of.ts";

const precision = "f32";

async function run(kernel: Kernel, budget: number) {
  const device = await testDevice();
  const before = gpuObjects(device);
  const graph = new Graph();
  const names = kernel.inputs.map((spec, i) => graph.input(`x${i}`, spec));
  graph.output("y", graph.run(kernel, ...names));
  const session = await Session.compile(device, Pipelines.of(device), graph, undefined, { budget });
  const inputs = kernel.inputs.map(({ shape }, i) => [`x${i}`, randomNormal(elementCount(shape), i + 1)] as const);
  const { outputs, submits } = await session.run(Object.fromEntries(inputs));
  session.dispose();
  expect(gpuObjects(device)).toMatchObject({ buffers: before.buffers, bufferBytes: before.bufferBytes });
  return { y: new Uint32Array(outputs.get("y")!), submits: submits.length };
}

describe("a kernel gives the same bits whole and a workgroup at a time", () => {
  test.each([
    matmul({ batch: 2, rows: 37, channelsIn: 20, channelsOut: 70, precision }),
    attention({ batch: 1, tokens: 70, heads: 3, headSize: 12, scale: 0.3, precision }),
    layerNorm({ rows: 21, channels: 30, epsilon: 1e-6, precision }),
    resize({
      batch: 1,
      height: 5,
      width: 7,
      channels: 9,
      outHeight: 13,
      outWidth: 11,
      mode: "bilinear",
      alignCorners: false,
      precision,
    }),
  ])("$label", async (kernel) => {
    const workgroups = kernel.workgroups.reduce((product, size) => product * size);
    expect(workgroups).toBeGreaterThan(3);
    const [whole, parts] = [await run(kernel, 1e9), await run(kernel, 1e-9)];
    expect([whole.submits, parts.submits]).toEqual([1, workgroups]);
    expect(new Set(whole.y).size).toBeGreaterThan(100);
    expect(parts.y).toEqual(whole.y);
  });
});

test("a kernel that takes its place otherwise is left whole", () => {
  expect(mostParts({ ...kernelOf([1], 1), workgroups: [50, 1, 1] })).toBe(1);
});

test("parts of a grid are the grid: each workgroup once", () => {
  const side = fc.integer({ min: 1, max: 12 });
  fc.assert(
    fc.property(fc.tuple(side, side, side), fc.integer({ min: 1, max: 40 }), (workgroups, parts) => {
      const cut = cutGrid({ first: [0, 0, 0], workgroups }, parts);
      expect(cut.length).toBeLessThanOrEqual(parts);
      const seen = new Set<string>();
      let count = 0;
      for (const { first, workgroups: size } of cut) {
        for (let x = 0; x < size[0]; x++)
          for (let y = 0; y < size[1]; y++)
            for (let z = 0; z < size[2]; z++) {
              seen.add([first[0] + x, first[1] + y, first[2] + z].join());
              count++;
            }
      }
      const total = workgroups.reduce((product, each) => product * each);
      expect([seen.size, count]).toEqual([total, total]);
      // Nearly the same size: at most 2.5 times the average, which is what rounding of few workgroups makes.
      const largest = Math.max(...cut.map(({ workgroups: size }) => size.reduce((product, each) => product * each)));
      if (total >= 8 * parts) expect(largest).toBeLessThanOrEqual((2.5 * total) / cut.length);
    }),
  );
});
