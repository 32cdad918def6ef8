import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SEEDED_MODELS, type SeededName } from "../../bench/seeded/seeded-models.ts";
import { drawnSource, seededSource } from "../../bench/seeded/seeded-source.ts";
import { parseConfig } from "../../src/model/config/parse-config.ts";
import { dptWeights } from "../../src/model/network/dpt.ts";
import { parseProcessor } from "../../src/model/pictures/processor.ts";
import { checkWeights } from "../../src/model/weights/check-weights.ts";
import { openCheckpoint } from "../../src/runtime/checkpoints/checkpoint.ts";
import { elementCount } from "../../src/runtime/graph/tensor.ts";
import { readJson } from "../../src/runtime/sources/read-json.ts";
import { TINY_DEPTH, TINY_LABELS } from "./tiny-models.ts";

const names = Object.keys(SEEDED_MODELS) as SeededName[];

describe.each(names)("%s", (name) => {
  test("is a model folder with every tensor the architecture needs, and no other", async () => {
    const files = seededSource(name);
    const config = parseConfig(await readJson(files, "config.json", { required: true }));
    parseProcessor(await readJson(files, "preprocessor_config.json", { required: true }));
    const { tensors } = await openCheckpoint(files);
    const { leaves } = await dptWeights(config, "f32");
    expect(() => checkWeights(tensors, leaves, [])).not.toThrow();
    expect(await files.open("pytorch_model.bin")).toBeUndefined();
  });

  test("has as many parameters as the published one", async () => {
    const { tensors } = await openCheckpoint(seededSource(name));
    const counts = [...tensors.values()]
      .filter((tensor) => !tensor.name.includes("running"))
      .map((tensor) => elementCount(tensor.shape));
    // transformers counts what inference never reads too; below, without that.
    const expected = {
      "dpt-large-ade": 342_148_758,
      "depth-anything-v2-small": 24_785_089 - unread(384, 64),
      "depth-anything-v2-base": 97_470_785 - unread(768, 128),
      "depth-anything-v2-large": 335_315_649 - unread(1024, 256),
    }[name];
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(expected);
  });
});

/** Depth Anything's mask token, and the first residual unit of the coarsest fusion block. */
function unread(hiddenSize: number, fusion: number): number {
  return hiddenSize + 2 * (9 * fusion * fusion + fusion);
}

describe("drawnSource", () => {
  const open = async (dtype: "F32" | "F16", seed = 1) =>
    (await drawnSource("tiny", TINY_DEPTH, { dtype, seed }).open("model.safetensors"))!;

  test.each(["F32", "F16"] as const)("gives in any range what the whole file has there: %s", async (dtype) => {
    const file = await open(dtype);
    const whole = await file.read(0, file.size);
    const place = fc.integer({ min: 0, max: file.size });
    await fc.assert(
      fc.asyncProperty(place, place, async (a, b) => {
        const [begin, end] = [Math.min(a, b), Math.max(a, b)];
        const part = await file.read(begin, end);
        expect(Buffer.compare(part, whole.subarray(begin, end))).toBe(0);
      }),
      { numRuns: 50 },
    );
    await expect(file.read(0, file.size + 1)).rejects.toThrow("byte range");
  });

  test("stores half as many bytes in F16, of the same numbers rounded", async () => {
    const read = async (dtype: "F32" | "F16") => {
      const checkpoint = await openCheckpoint(drawnSource("tiny", TINY_DEPTH, { dtype }));
      return checkpoint.readFloats("neck.convs.0.weight");
    };
    const [full, half] = [await read("F32"), await read("F16")];
    expect(half).toHaveLength(full.length);
    expect(half).not.toEqual(full);
    for (const [i, value] of half.entries()) expect(Math.abs(value - full[i]!)).toBeLessThan(2 ** -11);
  });

  test("draws the same again from the same seed, and other weights from another", async () => {
    const bytes = async (seed: number) => {
      const file = await open("F32", seed);
      return file.read(0, file.size);
    };
    const first = await bytes(1);
    expect(Buffer.compare(await bytes(1), first)).toBe(0);
    expect(Buffer.compare(await bytes(2), first)).not.toBe(0);
  });

  test("draws every tensor for itself", async () => {
    const { readFloats } = await openCheckpoint(seededSource("depth-anything-v2-small"));
    const part = "backbone.encoder.layer.0.attention.attention";
    const [query, key] = [await readFloats(`${part}.query.weight`), await readFloats(`${part}.key.weight`)];
    const product = query.reduce((sum, value, i) => sum + value * key[i]!, 0);
    const [a, b] = [query, key].map((values) => values.reduce((sum, value) => sum + value * value, 0));
    // Of 147,456 independent pairs the correlation deviates by 0.0026.
    expect(Math.abs(product) / Math.sqrt(a! * b!)).toBeLessThan(0.015);
  });

  test.each([
    ["backbone.encoder.layer.3.mlp.fc2.weight", 0, 1536 ** -0.5],
    ["neck.fusion_stage.layers.1.residual_layer1.convolution1.weight", 0, (9 * 64) ** -0.5],
    // A transposed convolution of stride 4: one tap reaches each output.
    ["neck.reassemble_stage.layers.0.resize.weight", 0, 48 ** -0.5],
    ["neck.reassemble_stage.layers.3.resize.weight", 0, (9 * 384) ** -0.5],
    ["backbone.encoder.layer.3.norm1.weight", 1, 0.1],
    ["backbone.encoder.layer.3.layer_scale1.lambda1", 0.1, 0.02],
    ["backbone.encoder.layer.3.mlp.fc1.bias", 0, 0.02],
  ])("spreads %s around %f by %f", async (name, mean, deviation) => {
    const { readFloats } = await openCheckpoint(seededSource("depth-anything-v2-small"));
    const values = await readFloats(name);
    const average = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / values.length;
    const slack = 5 / Math.sqrt(values.length);
    expect(Math.abs(average - mean)).toBeLessThan(slack * deviation);
    expect(Math.abs(Math.sqrt(variance) / deviation - 1)).toBeLessThan(slack);
  });

  test("draws variances above zero", async () => {
    const { tensors, readFloats } = await openCheckpoint(drawnSource("tiny", TINY_LABELS));
    const variances = [...tensors.keys()].filter((name) => name.endsWith("running_var"));
    expect(variances.length).toBeGreaterThan(0);
    for (const name of variances) expect(Math.min(...(await readFloats(name)))).toBeGreaterThan(0.5);
  });
});
