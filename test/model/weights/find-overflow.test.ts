import { describe, expect, test } from "vitest";
import { filesFromFolder } from "../../../cli/node-files.ts";
import { DPT, filesFromBlobs, type ModelFiles, NumberError, type RawPicture } from "../../../src/index.ts";
import { watch } from "../../../src/model/weights/find-overflow.ts";
import { Graph } from "../../../src/runtime/graph/graph.ts";
import type { DType } from "../../../src/runtime/graph/tensor.ts";
import { testDevice } from "../../device.ts";
import { overlayFiles } from "../../overlay-files.ts";
import { patchWeight } from "../../patch-weight.ts";
import { randomNormal } from "../../random.ts";

const CASES = "test/fixtures/cases/";
const depth = filesFromFolder(`${CASES}dpt-vit-depth`);
const FC1 = "dpt.encoder.layer.2.intermediate.dense.weight";

/** 64×64, which is the size of the models' own positions: nothing is resized. */
const PIXELS = { shape: [1, 3, 64, 64], data: randomNormal(3 * 64 * 64, 1) };

async function load(files: ModelFiles): Promise<DPT> {
  return DPT.load(files, { device: await testDevice() });
}

async function errorOf(call: Promise<unknown>): Promise<Error> {
  const error = await call.then(
    () => undefined,
    (reason: Error) => reason,
  );
  expect(error).toBeInstanceOf(NumberError);
  return error!;
}

const times = (factor: number) => (values: Float32Array) => {
  for (const [i, value] of values.entries()) values[i] = value * factor;
};

describe("forward names what is first not finite", () => {
  test("a layer in the middle whose sums overflow", async () => {
    using model = await load(await patchWeight(depth, FC1, times(1e38)));
    const { message } = await errorOf(model.forward(PIXELS));
    // 17 tokens: patch embedding, 2 blocks of 7 dispatches, then norm, qkv, attention, projection, norm of the third.
    expect(message).toMatch(
      /^forward: want a finite answer of the network, got NaN or infinity at \d+ of 4096 values of predicted_depth, first in 'matmul \[17, 64\]·\[64, 128\] \+ bias \+ gelu' \(dispatch 21 of \d+\)\. Check the weights with verify\.$/,
    );
  });

  test("an input that is not finite; the next one is answered as before", async () => {
    using model = await load(depth);
    const before = await model.forward(PIXELS);
    const broken = { ...PIXELS, data: PIXELS.data.with(5000, Number.NEGATIVE_INFINITY) };
    expect((await errorOf(model.forward(broken))).message).toContain(", first in the input 'pixel_values'.");
    expect(await model.forward(PIXELS)).toEqual(before);
  });
});

test.each(["segment", "depth"] as const)("%s names it too", async (call) => {
  const file = "preprocessor_config.json";
  const processor = filesFromBlobs("processor", { [file]: new Blob(['{ "size": 64 }']) });
  const folder = { segment: "dpt-vit-seg", depth: "dpt-vit-depth" }[call];
  const files = overlayFiles(filesFromFolder(`${CASES}${folder}`), file, processor);
  const picture: RawPicture = { width: 10, height: 7, data: Uint8Array.from({ length: 210 }, (_, i) => 89 * i) };
  using model = await load(await patchWeight(files, FC1, times(1e38)));
  const { message } = await errorOf(model[call](picture));
  expect(message).toMatch(
    new RegExp(`^${call}: want a finite .* of 70 pixels, first in 'matmul .* gelu' \\(dispatch \\d+ of \\d+\\)\\.`),
  );
});

describe("watch", () => {
  const kernel = (label: string, dtype: DType, inputs: readonly DType[]) => ({
    label,
    inputs: inputs.map((of) => ({ shape: [4], dtype: of })),
    output: { shape: [4], dtype },
    code: label,
    workgroups: [1, 1, 1] as const,
    flops: 0,
  });

  test("looks at each number once: before it is used, or after it is written", () => {
    const graph = new Graph();
    const bytes = graph.input("bytes", { shape: [4], dtype: "u32" });
    const values = graph.input("values", { shape: [4], dtype: "f16" });
    const a = graph.run(kernel("a", "f16", ["u32", "f16"]), bytes, values);
    const b = graph.run(kernel("b", "f32", ["f16", "f16"]), a, values);
    graph.output("labels", graph.run(kernel("c", "u8", ["f32"]), b));
    graph.layers.set(b.id, "the layer");
    expect(watch(graph)).toEqual([
      { place: "the input 'values'", dtype: "f16", layer: undefined },
      { place: "'a' (dispatch 1 of 3)", dtype: "f16", layer: undefined },
      { place: "'b' (dispatch 2 of 3)", dtype: "f32", layer: "the layer" },
    ]);
    const look = "largestMagnitude [4]";
    expect(graph.dispatches.map((dispatch) => dispatch.kernel.label)).toEqual([look, "a", look, "b", look, "c"]);
    expect([...graph.outputs.keys()]).toEqual(["seen"]);
  });

  test("looks at a tensor written in parts when all are", () => {
    const graph = new Graph();
    const values = graph.input("values", { shape: [4], dtype: "u32" });
    const first = graph.run(kernel("first", "f32", ["u32"]), values);
    graph.output("y", graph.runInto(first, kernel("second", "f32", ["u32"]), values));
    expect(watch(graph)).toEqual([{ place: "'second' (dispatch 2 of 2)", dtype: "f32", layer: undefined }]);
  });
});
