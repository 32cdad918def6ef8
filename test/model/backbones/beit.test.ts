import { describe, expect, test } from "vitest";
import { seededCheckpoint } from "../../../bench/seeded/seeded-checkpoint.ts";
import { type SeededTensor, seededTensors } from "../../../bench/seeded/seeded-tensors.ts";
import { DPT, filesFromBlobs, type ModelFiles, readTensors } from "../../../src/index.ts";
import type { BeitConfig } from "../../../src/model/backbones/beit-config.ts";
import { parseConfig } from "../../../src/model/config/parse-config.ts";
import { dpt, dptWeights, IGNORED_TENSORS } from "../../../src/model/network/dpt.ts";
import { Ops } from "../../../src/model/network/ops.ts";
import { openFolder } from "../../../src/model/open-folder.ts";
import { Graph } from "../../../src/runtime/graph/graph.ts";
import { planMemory } from "../../../src/runtime/graph/memory-plan.ts";
import { testDevice } from "../../device.ts";
import { expectClose } from "../../expect-close.ts";
import { randomNormal } from "../../random.ts";
import { beit } from "../../reference/beit.ts";

const LAYERS = 4;

/** A small DPT on BEiT, trained at 3 × 3 patches of 8 × 8 pixels. */
function configOf(fields: object) {
  return {
    architectures: ["DPTForDepthEstimation"],
    backbone_config: {
      model_type: "beit",
      hidden_size: 24,
      image_size: 24,
      intermediate_size: 40,
      num_attention_heads: 2,
      num_hidden_layers: LAYERS,
      out_indices: [1, 2, 3, 4],
      patch_size: 8,
      reshape_hidden_states: false,
      use_relative_position_bias: true,
      ...fields,
    },
    hidden_size: 24,
    fusion_hidden_size: 8,
    neck_hidden_sizes: [8, 8, 8, 8],
  };
}

/** Biases and layer scales that show: of the size of scores, and of the branches they multiply. */
function spread(tensor: SeededTensor): SeededTensor {
  if (tensor.name.endsWith("_table")) return { ...tensor, deviation: 1.5 };
  if (/lambda_\d$|cls_token$|position_embeddings$|\.bias$/.test(tensor.name)) {
    return { ...tensor, mean: tensor.mean + 0.2, deviation: 0.5 };
  }
  return tensor;
}

async function modelOf(
  json: object,
  more: (tensors: SeededTensor[]) => SeededTensor[] = (t) => t,
): Promise<ModelFiles> {
  const tensors = (await seededTensors(parseConfig(json))).map(spread);
  const checkpoint = seededCheckpoint("model.safetensors", more(tensors));
  const config = filesFromBlobs("beit", { "config.json": new Blob([JSON.stringify(json)]) });
  return { name: "beit", open: async (file) => (file === checkpoint.name ? checkpoint : config.open(file)) };
}

describe("says what BeitBackbone says, two images at a time", () => {
  test.each([
    ["at the trained size", {}, 24, 24],
    ["larger, not square, heads of 4", { num_attention_heads: 6 }, 32, 56],
    ["smaller, not square, heads of 3", { num_attention_heads: 8 }, 24, 8],
    ["with pixels left over", {}, 45, 30],
    [
      "one table for all blocks",
      { use_relative_position_bias: false, use_shared_relative_position_bias: true },
      16,
      40,
    ],
    ["tables of blocks and one for all", { use_shared_relative_position_bias: true }, 40, 24],
    ["positions, and no table", { use_relative_position_bias: false, use_absolute_position_embeddings: true }, 32, 16],
    [
      "positions and tables, no layer scale, another activation",
      { use_absolute_position_embeddings: true, layer_scale_init_value: 0, hidden_act: "gelu_new" },
      24,
      32,
    ],
  ] as const)("%s", async (_, fields, height, width) => {
    const json = configOf(fields);
    const files = await modelOf(json);
    const pixels = { shape: [2, 3, height, width], data: randomNormal(2 * 3 * height * width, 5) };
    using model = await DPT.load(files, { device: await testDevice() });
    const got = await model.forward(pixels, { stages: true });
    const tensors = await readTensors((await files.open("model.safetensors"))!);
    const picture = { batch: 2, height, width };
    const config = parseConfig(json).backbone as BeitConfig;
    const want = beit(pixels.data, (name) => tensors.get(`backbone.${name}`)!.data, config, picture);
    for (const [i, tokens] of want.entries()) {
      const { data, shape } = got.get(`backbone.${i}`)!;
      const largest = tokens.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      // Sums of 192 products at most, in another order: PyTorch's stages differ by 1e-6 as well.
      expectClose(data, tokens, shape, 1e-5 * largest, `backbone.${i}`);
    }
  });
});

test("blocks share the memory of their biases", async () => {
  const config = parseConfig(configOf({ image_size: 96, patch_size: 4 }));
  const graph = new Graph();
  const ops = new Ops(graph, "f32");
  const pixels = graph.input("pixel_values", { shape: [1, 3, 96, 96], dtype: "f32" });
  const { decoders } = dpt(ops, pixels, await dptWeights(config, "f32"), config);
  graph.output("predicted_depth", decoders[0]!.output);
  const biases = graph.dispatches.filter(({ kernel }) => kernel.label.startsWith("relativePositionBias"));
  expect(biases.map(({ output: { shape } }) => shape)).toEqual(Array(LAYERS).fill([2, 577, 577]));
  const plan = planMemory(graph);
  const slots = new Set(biases.map(({ output: { id } }) => plan.slotOf.get(id)));
  expect(slots.size).toBe(1);
});

test("names that transformers 5 writes for the table of all blocks and the norm after them", async () => {
  const shared = { use_relative_position_bias: false, use_shared_relative_position_bias: true };
  const table = "encoder.relative_position_bias.relative_position_bias_table";
  const norm = "layernorm.weight";
  const files = await modelOf(configOf(shared), (tensors) => {
    const renamed = tensors.map((each) => ({ ...each, name: each.name.replace(`.${table}`, `.beit.${table}`) }));
    return [...renamed, { ...renamed[0]!, name: `backbone.beit.${norm}`, shape: [24] }];
  });
  const { tensors } = (await openFolder(files)).checkpoint;
  expect([...tensors.keys()]).toEqual(expect.arrayContaining([`backbone.${table}`, `backbone.${norm}`]));
  using model = await DPT.load(files, { device: await testDevice() });
  expect(model.config.backbone.kind).toBe("beit");
});

test("what older files and classifiers hold beside it is passed over", () => {
  const names = [
    "backbone.encoder.layer.0.attention.attention.relative_position_bias.relative_position_index",
    "backbone.pooler.layernorm.weight",
    "backbone.embeddings.mask_token",
  ];
  for (const name of names) expect(IGNORED_TENSORS.some((pattern) => pattern.test(name))).toBe(true);
});
