import { describe, expect, test } from "vitest";
import { DPT, filesFromBlobs, type ModelFiles } from "../../../src/index.ts";
import type { Swinv2Config } from "../../../src/model/backbones/swinv2-config.ts";
import { parseConfig } from "../../../src/model/config/parse-config.ts";
import { dptWeights } from "../../../src/model/network/dpt.ts";
import { writeSafetensors } from "../../../src/runtime/checkpoints/write-safetensors.ts";
import { elementCount } from "../../../src/runtime/graph/tensor.ts";
import { testDevice } from "../../device.ts";
import { expectClose } from "../../expect-close.ts";
import { randomNormal } from "../../random.ts";
import { swinv2 as reference } from "../../reference/swinv2.ts";

const TINY = {
  model_type: "swinv2",
  image_size: 32,
  embed_dim: 8,
  depths: [2, 2, 2, 2],
  num_heads: [1, 2, 2, 4],
  window_size: 4,
  mlp_ratio: 2,
  out_features: ["stage1", "stage2", "stage3", "stage4"],
};

/** A model folder whose tensors are drawn so that all terms count, and the tensors. */
async function draw(
  backbone: object,
  widths: readonly number[],
): Promise<{
  readonly files: ModelFiles;
  readonly tensors: ReadonlyMap<string, Float32Array>;
  readonly config: Swinv2Config;
}> {
  const json = {
    architectures: ["DPTForDepthEstimation"],
    backbone_config: backbone,
    neck_hidden_sizes: widths,
    fusion_hidden_size: 4,
  };
  const config = parseConfig(json);
  const sources = (await dptWeights(config, "f32")).leaves.flatMap((leaf) => leaf.sources);
  const unique = [...new Map(sources.map((source) => [source.name, source])).values()];
  const tensors = new Map(unique.map(({ name, shape }, seed) => [name, numbers(name, shape, seed)]));
  const list = unique.map(({ name, shape }) => ({ name, dtype: "F32" as const, shape }));
  const parts: BlobPart[] = [];
  const bytesOf = ({ name }: { readonly name: string }) => new Uint8Array(tensors.get(name)!.slice().buffer);
  for await (const part of writeSafetensors(list, bytesOf)) parts.push(part);
  const files = filesFromBlobs("drawn", {
    "config.json": new Blob([JSON.stringify(json)]),
    "model.safetensors": new Blob(parts),
  });
  return { files, tensors, config: config.backbone as Swinv2Config };
}

function numbers(name: string, shape: readonly number[], seed: number): Float32Array {
  const count = elementCount(shape);
  // A factor of 10, as untrained; in a block with a mask one that is cut to 100.
  if (name.endsWith("layers.0.blocks.1.attention.self.logit_scale")) return new Float32Array(count).fill(5);
  if (name.endsWith("logit_scale")) return randomNormal(count, seed, { mean: 2.3, deviation: 0.2 });
  if (shape.length > 1) return randomNormal(count, seed, { deviation: (count / shape[0]!) ** -0.5 });
  return randomNormal(count, seed, { mean: name.endsWith("weight") ? 1 : 0, deviation: 0.2 });
}

type Size = readonly [batch: number, height: number, width: number];

async function check(backbone: object, [batch, height, width]: Size, widths = [8, 16, 32, 64]) {
  const { files, tensors, config } = await draw(backbone, widths);
  const pixels = randomNormal(batch * 3 * height * width, 99);
  using model = await DPT.load(files, { device: await testDevice() });
  const got = await model.forward({ shape: [batch, 3, height, width], data: pixels }, { stages: true });
  const maps = reference((name) => tensors.get(`backbone.${name}`)!, config, pixels, { batch, height, width });
  for (const [i, tap] of config.taps.entries()) {
    const { shape, data } = got.get(`backbone.${i}`)!;
    const map = maps[tap]!;
    const [, channels] = shape as [number, number];
    expect(shape).toEqual([batch, map.values.length / (batch * map.height * map.width), map.height, map.width]);
    const pixelsOf = map.height * map.width;
    const want = Float64Array.from(data, (_, at) => {
      const [n, c, pixel] = [
        Math.floor(at / (channels * pixelsOf)),
        Math.floor(at / pixelsOf) % channels,
        at % pixelsOf,
      ];
      return map.values[(n * pixelsOf + pixel) * channels + c]!;
    });
    // As for the reference cases: a term that is missing shows in the first digits.
    expectClose(data, want, shape, 1e-4 * want.reduce((most, y) => Math.max(most, Math.abs(y)), 0), `stage ${i}`);
  }
  return got.get("predicted_depth")!;
}

describe("does what Swinv2Backbone does", () => {
  const sizes = [
    [1, 32, 32],
    // Other than in training: windows stay what they are, and maps are filled up.
    [2, 32, 48],
    [1, 64, 40],
    [2, 33, 46],
    [1, 71, 27],
    [1, 4, 4],
  ] as const;
  test.each(sizes)("batch %i, %i×%i", async (...size) => {
    const depth = await check(TINY, size);
    // The coarsest map doubled five times, as transformers has it.
    const side = (length: number) => 32 * Math.ceil(length / 32);
    expect(depth.shape).toEqual([size[0], side(size[1]), side(size[2])]);
  });

  const kinds = {
    "no biases": { qkv_bias: false },
    "windows of a size before": { pretrained_window_sizes: [3, 6, 2, 0] },
    "odd windows": { window_size: 3, image_size: 64 },
    "windows of one token": { window_size: 1 },
    "windows of the whole map": { window_size: 50 },
    "heads of no multiple of 4, other depths": { embed_dim: 12, num_heads: [2, 4, 8, 16], depths: [1, 3, 2, 1] },
    "patches of 5, another activation": { patch_size: 5, image_size: 40, hidden_act: "relu", layer_norm_eps: 0.01 },
  };
  test.each(Object.entries(kinds))("%s", async (_, kind) => {
    const backbone = { ...TINY, ...kind };
    await check(
      backbone,
      [2, 44, 37],
      [1, 2, 4, 8].map((factor) => factor * backbone.embed_dim),
    );
  });

  test("the embedding as a map, and stages that are not asked for", async () => {
    await check({ ...TINY, out_features: ["stem", "stage1", "stage2", "stage3"] }, [1, 32, 40], [8, 8, 16, 32]);
    const five = { depths: [1, 2, 1, 1, 1], num_heads: [1, 1, 1, 1, 1], pretrained_window_sizes: [0, 0, 0, 0, 0] };
    await check({ ...TINY, ...five, image_size: 64, out_indices: [-1, 2, 3, 1] }, [1, 64, 32], [8, 16, 32, 128]);
  });
});
