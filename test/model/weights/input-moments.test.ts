import { expect, test } from "vitest";
import { filesFromFolder } from "../../../cli/node-files.ts";
import { parseConfig, type RawPicture, readTensors } from "../../../src/index.ts";
import { dptWeights } from "../../../src/model/network/dpt.ts";
import { parseProcessor } from "../../../src/model/pictures/processor.ts";
import { inputMoments } from "../../../src/model/weights/input-moments.ts";
import { quantizeCheckpoint } from "../../../src/model/weights/quantize-checkpoint.ts";
import type { Quantization } from "../../../src/model/weights/quantized-weight.ts";
import { openCheckpoint } from "../../../src/runtime/checkpoints/checkpoint.ts";
import { Engine } from "../../../src/runtime/session/engine.ts";
import { readJson } from "../../../src/runtime/sources/read-json.ts";
import { testDevice } from "../../device.ts";
import { dequantize } from "../../reference/dequantize.ts";

const files = filesFromFolder("test/fixtures/cases/dpt-vit-depth");
const pictureOf = (seed: number): RawPicture => ({
  width: 64,
  height: 64,
  data: Uint8Array.from({ length: 3 * 64 * 64 }, (_, i) => (i * seed) ^ (i >> 5)),
});

test("of a model: each matrix of its blocks that q4 rounds, and nothing else; they add up over pictures", async () => {
  const device = await testDevice();
  const config = parseConfig(await readJson(files, "config.json", { required: true }));
  const processor = parseProcessor({ size: 64 });
  const checkpoint = await openCheckpoint(files);
  const engine = await Engine.open({ device });
  const momentsOf = (...seeds: number[]) => inputMoments(engine, config, processor, checkpoint, seeds.map(pictureOf));
  const [both, first, second] = [await momentsOf(3, 5), await momentsOf(3), await momentsOf(5)];
  const blocks = Array.from({ length: 4 }, (_, i) => `dpt.encoder.layer.${i}`);
  expect([...both.keys()]).toEqual(
    blocks.flatMap((block) => [
      `${block}.attention.attention.query+key+value`,
      `${block}.intermediate.dense`,
      `${block}.output.dense`,
    ]),
  );
  for (const [label, moments] of both) {
    const side = label.endsWith("output.dense") ? 128 : 64;
    expect(moments.length).toBe(side * side);
    expect(moments).toEqual(first.get(label)!.map((value, i) => value + second.get(label)![i]!));
    // Symmetric, and squares on the diagonal.
    expect(moments[1]).toBeCloseTo(moments[side]!, 3);
    expect(moments[side + 1]).toBeGreaterThan(0);
  }

  const ahead = await quantizeCheckpoint(config, checkpoint, "q4", both);
  expect(ahead.tensors).toEqual((await quantizeCheckpoint(config, checkpoint, "q4")).tensors);

  // What the products of these inputs err by, Σ eᵀ M e over the columns e of the weight's error: less than without moments.
  const tensors = await readTensors((await files.open("model.safetensors"))!);
  const packedBy = async (label: string, quantization?: Quantization) => {
    const { leaves } = await dptWeights(config, "f32", "direct", quantization);
    const { sources, make } = leaves.find((leaf) => leaf.label === label)!;
    return make!(...sources.map(({ name }) => tensors.get(name)!.data));
  };
  for (const [label, moments] of both) {
    const rows = Math.sqrt(moments.length);
    const want = (await packedBy(label)) as Float32Array;
    const columns = want.length / rows;
    const errorWith = async (given?: typeof both) => {
      const words = await packedBy(label, { format: "q4", stored: false, moments: given });
      const errors = dequantize("q4", words as Uint32Array, rows, columns).map((value, i) => value - want[i]!);
      let sum = 0;
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < rows; j++) {
          for (let n = 0; n < columns; n++)
            sum += errors[i * columns + n]! * moments[i * rows + j]! * errors[j * columns + n]!;
        }
      }
      return sum;
    };
    expect(await errorWith(both), label).toBeLessThan(0.7 * (await errorWith()));
  }
});
