import { describe, expect, test } from "vitest";
import { seededCheckpoint } from "../../../bench/seeded/seeded-checkpoint.ts";
import { type SeededTensor, seededTensors } from "../../../bench/seeded/seeded-tensors.ts";
import { fileSource, filesFromFolder } from "../../../cli/node-files.ts";
import { DPT, filesFromBlobs, type ModelFiles, readTensors, UsageError } from "../../../src/index.ts";
import { inEights } from "../../../src/model/backbones/bit-config.ts";
import type { HybridConfig } from "../../../src/model/backbones/hybrid-config.ts";
import { standardizeRows } from "../../../src/model/backbones/standardize-rows.ts";
import { parseConfig } from "../../../src/model/config/parse-config.ts";
import { IGNORED_TENSORS } from "../../../src/model/network/dpt.ts";
import { testDevice } from "../../device.ts";
import { expectClose } from "../../expect-close.ts";
import { randomNormal } from "../../random.ts";
import { channelsLast } from "../../reference/channels-last.ts";
import { hybrid } from "../../reference/hybrid.ts";

/** A small hybrid, trained at 4 × 4 patches of 16 × 16 pixels. */
function configOf(fields: object, more: object = {}) {
  return {
    architectures: ["DPTForDepthEstimation"],
    is_hybrid: true,
    backbone_config: {
      model_type: "bit",
      depths: [2, 1, 3],
      embedding_dynamic_padding: true,
      embedding_size: 16,
      global_padding: "same",
      hidden_sizes: [32, 48, 64],
      layer_type: "bottleneck",
      num_groups: 4,
      out_features: ["stage1", "stage2", "stage3"],
      ...fields,
    },
    backbone_featmap_shape: [1, 64, 4, 4],
    backbone_out_indices: [0, 1, 0, 2],
    fusion_hidden_size: 8,
    hidden_size: 24,
    image_size: 64,
    intermediate_size: 40,
    neck_hidden_sizes: [32, 48, 12, 16],
    num_attention_heads: 3,
    num_hidden_layers: 3,
    reassemble_factors: [1, 1, 1, 0.5],
    ...more,
  };
}

/** Norms, biases and positions that show. */
function spread(tensor: SeededTensor): SeededTensor {
  if (/norm\d?\.weight$/.test(tensor.name)) return { ...tensor, deviation: 0.3 };
  if (/\.bias$|cls_token$|position_embeddings$/.test(tensor.name)) return { ...tensor, deviation: 0.5 };
  // Weights whose mean the standardisation takes away, and whose size it does not keep.
  return tensor.name.includes(".bit.") ? { ...tensor, mean: 0.1, deviation: 2 * tensor.deviation } : tensor;
}

async function modelOf(json: object): Promise<ModelFiles> {
  const checkpoint = seededCheckpoint("model.safetensors", (await seededTensors(parseConfig(json))).map(spread));
  const config = filesFromBlobs("hybrid", { "config.json": new Blob([JSON.stringify(json)]) });
  return { name: "hybrid", open: async (file) => (file === checkpoint.name ? checkpoint : config.open(file)) };
}

describe("says what DPTModel says with is_hybrid, two images at a time", () => {
  const bottleneck = configOf({});
  const preactivation = configOf({ layer_type: "preactivation" });
  test.each([
    ["larger, not square, sides 32 times an odd number", bottleneck, 96, 160],
    ["smaller, sides 16 times an odd number", bottleneck, 48, 80],
    ["one patch", bottleneck, 16, 16],
    ["normalised before each bottleneck", preactivation, 80, 32],
    [
      "that, no zeros around the pooled map, another activation",
      configOf({ layer_type: "preactivation", embedding_dynamic_padding: false, hidden_act: "silu" }),
      32,
      48,
    ],
    [
      "groups of 3 channels, widths by a factor, no bias of the queries",
      configOf(
        { num_groups: 8, embedding_size: 24, hidden_sizes: [60, 90, 130, 7], width_factor: 0.75, depths: [1, 1, 1, 1] },
        { backbone_featmap_shape: [1, 96, 4, 4], neck_hidden_sizes: [48, 64, 12, 16], qkv_bias: false },
      ),
      32,
      64,
    ],
  ] as const)("%s", async (_, json, height, width) => {
    const files = await modelOf(json);
    const pixels = { shape: [2, 3, height, width], data: randomNormal(2 * 3 * height * width, 5) };
    using model = await DPT.load(files, { device: await testDevice() });
    const got = await model.forward(pixels, { stages: true });
    const tensors = await readTensors((await files.open("model.safetensors"))!);
    const config = parseConfig(json).backbone as HybridConfig;
    const tensor = (name: string) => tensors.get(`dpt.${name}`)!.data;
    const want = hybrid(pixels.data, tensor, config, { batch: 2, height, width });
    for (const [i, values] of want.entries()) {
      const { data, shape } = got.get(`backbone.${i}`)!;
      // Maps come out as PyTorch lays them out.
      const answer =
        shape.length === 4 ? channelsLast(data, shape as [number, number, number, number], shape[1]!) : data;
      const largest = Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      // Sums of 800 products at most, in another order: PyTorch's stages differ by 4e-6 as well.
      expectClose(answer, values, shape, 1e-5 * largest, `backbone.${i}`);
    }
    expect(got.get("predicted_depth")!.data.every(Number.isFinite)).toBe(true);
  });
});

test.each([
  [72, 64],
  [64, 40],
])("refuses a picture of %i×%i, which is not of whole patches", async (height, width) => {
  using model = await DPT.load(await modelOf(configOf({})), { device: await testDevice() });
  const pixels = { shape: [1, 3, height, width], data: new Float32Array(3 * height * width) };
  const forward = model.forward(pixels);
  await expect(forward).rejects.toThrow(UsageError);
  await expect(forward).rejects.toThrow(`multiples of 16, got ${width}x${height}.`);
});

test.each([
  ["q8", 0.02],
  ["q4", 0.2],
] as const)("quantised to %s, answers nearly as f32 does", async (dtype, most) => {
  const folder = "test/fixtures/cases/dpt-hybrid-depth";
  const read = async (file: string) => readTensors(await fileSource(`${folder}/${file}.safetensors`));
  using model = await DPT.load(filesFromFolder(folder), { device: await testDevice(), dtype });
  const got = (await model.forward((await read("input")).get("pixel_values")!)).get("predicted_depth")!.data;
  const want = (await read("expected")).get("predicted_depth")!.data;
  const squares = (values: Float32Array) => values.reduce((sum, value) => sum + value * value, 0);
  const error = Math.sqrt(squares(want.map((value, i) => value - got[i]!)) / squares(want));
  expect(error).toBeGreaterThan(1e-4);
  expect(error).toBeLessThan(most);
});

test("channels in whole eights, as make_div of transformers has them", () => {
  expect([1, 4, 11.9, 12, 39.7, 64, 80.6, 100, 256].map(inEights)).toEqual([8, 8, 16, 16, 40, 64, 80, 104, 256]);
});

test("standardises each output's weights on their own", () => {
  const standardized = standardizeRows(Float32Array.of(1, 3, 5, 7, 2, 2, 2, 2), 2, 1e-8);
  const unit = 1 / Math.sqrt(5);
  expectClose(standardized, [-3 * unit, -unit, unit, 3 * unit, 0, 0, 0, 0], [2, 4], 1e-7);
});

test("what BiT has behind its third stage is passed over", () => {
  const names = ["encoder.stages.3.layers.0.conv1.weight", "norm.weight"].map(
    (n) => `dpt.embeddings.backbone.bit.${n}`,
  );
  for (const name of names) expect(IGNORED_TENSORS.some((pattern) => pattern.test(name))).toBe(true);
});
