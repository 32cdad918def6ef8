import { describe, expect, test } from "vitest";
import { filesFromFolder } from "../../../cli/node-files.ts";
import { endPadding } from "../../../src/kernels/shared/uneven-padding.ts";
import { embeddingWeights } from "../../../src/model/backbones/embeddings.ts";
import { patchMerging } from "../../../src/model/backbones/patch-merging.ts";
import { positionBias } from "../../../src/model/backbones/position-bias.ts";
import type { VitConfig } from "../../../src/model/backbones/vit.ts";
import { parseConfig } from "../../../src/model/config/parse-config.ts";
import { dptWeights, IGNORED_TENSORS } from "../../../src/model/network/dpt.ts";
import { checkWeights } from "../../../src/model/weights/check-weights.ts";
import { WeightScope } from "../../../src/model/weights/weights.ts";
import { openCheckpoint } from "../../../src/runtime/checkpoints/checkpoint.ts";
import type { StoredTensor } from "../../../src/runtime/checkpoints/stored-tensor.ts";
import { FileError } from "../../../src/runtime/errors.ts";
import { roundedTo, type StoredDType } from "../../../src/runtime/floats.ts";
import type { Weight } from "../../../src/runtime/graph/weight.ts";
import { readJson } from "../../../src/runtime/sources/read-json.ts";
import { caseFolders } from "../../case-folders.ts";
import { expectClose } from "../../expect-close.ts";

async function readCase(folder: string) {
  const files = filesFromFolder(folder);
  const config = parseConfig(await readJson(files, "config.json", { required: true }));
  return { leaves: (await dptWeights(config, "f32")).leaves, tensors: (await openCheckpoint(files)).tensors };
}

/** Names of a checkpoint with their shapes, where the data does not matter. */
function tableOf(shapes: Readonly<Record<string, readonly number[]>>): Map<string, StoredTensor> {
  const source = { name: "file", size: 0, read: async () => new Uint8Array(0) };
  return new Map(
    Object.entries(shapes).map(([name, shape]) => [name, { name, dtype: "F32", shape, begin: 0, end: 0, source }]),
  );
}

const supported = caseFolders("cases", /^(?:dpt-vit|depth-anything|dpt-dinov2)/);

describe("checkWeights", () => {
  test.each(supported)("finds all of %s, and nothing left over", async (_, folder) => {
    const { leaves, tensors } = await readCase(folder);
    await checkWeights(tensors, leaves, IGNORED_TENSORS);
  });

  test("tells all that is missing, misshapen, of no float and left over at once", async () => {
    const { leaves, tensors } = await readCase("test/fixtures/cases/dpt-vit-seg");
    const changed = new Map(tensors);
    const tensor = (name: string) => tensors.get(name)!;
    changed.delete("dpt.embeddings.cls_token");
    changed.set("neck.convs.1.weight", { ...tensor("neck.convs.1.weight"), shape: [32, 32, 1, 3] });
    const dense = "dpt.encoder.layer.2.output.dense.weight";
    changed.set(dense, { ...tensor(dense), shape: [128, 64] });
    changed.set("head.head.4.bias", { ...tensor("head.head.4.bias"), dtype: "I64" });
    changed.set("dpt.embeddings.register_tokens", tensor("dpt.embeddings.cls_token"));
    const error = await checkWeights(changed, leaves, IGNORED_TENSORS).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FileError);
    for (const line of [
      "weights: want the tensors of config.json, got 5 that differ:",
      'no tensor "dpt.embeddings.cls_token" [1,1,64]',
      'tensor "neck.convs.1.weight": want [32,32,3,3], got [32,32,1,3]',
      `tensor "${dense}": want [64,128], got [128,64] (as many elements)`,
      'tensor "head.head.4.bias": want floating point numbers, got I64',
      'left over: "dpt.embeddings.register_tokens"',
      "Is config.json from the same checkpoint?",
    ]) {
      expect((error as Error).message).toContain(line);
    }
  });

  test("says which layers a file of fewer layers has", async () => {
    const { leaves, tensors } = await readCase("test/fixtures/cases/dpt-vit-seg");
    const shallow = new Map([...tensors].filter(([name]) => !name.includes("encoder.layer.3.")));
    await expect(checkWeights(shallow, leaves, IGNORED_TENSORS)).rejects.toThrow(
      /no tensor "dpt\.encoder\.layer\.3\.layernorm_before\.weight" \[64\] \(the file has layers 0 to 2\)/,
    );
  });

  test("counts what it does not list", async () => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`extra.${i}`, [1]]));
    await expect(checkWeights(tableOf(many), [], [])).rejects.toThrow(
      /got 50 that differ:(.|\n)*"extra\.19"\n.* 30 more/,
    );
  });

  test("passes over what inference never reads, and no more", async () => {
    const never = [
      "auxiliary_head.head.0.weight",
      "dpt.layernorm.bias",
      "dpt.pooler.dense.weight",
      "neck.fusion_stage.layers.0.residual_layer1.convolution1.weight",
      "head.head.1.num_batches_tracked",
      "backbone.embeddings.mask_token",
    ];
    const table = (names: readonly string[]) => tableOf(Object.fromEntries(names.map((name) => [name, [1]])));
    await checkWeights(table(never), [], IGNORED_TENSORS);
    for (const name of [
      "neck.fusion_stage.layers.1.residual_layer1.convolution1.weight",
      "neck.fusion_stage.layers.0.residual_layer2.convolution1.weight",
      "head.auxiliary_head.weight",
      "dpt.encoder.layer.0.layernorm.weight",
    ]) {
      await expect(checkWeights(table([name]), [], IGNORED_TENSORS)).rejects.toThrow(`left over: "${name}"`);
    }
  });

  test("passes over tensors of no numbers, which transformers stores for no register tokens", async () => {
    await checkWeights(tableOf({ "vision_encoder.register_tokens": [1, 0, 64] }), [], []);
  });

  test.each(["__proto__", "constructor", "toString"])(
    "knows no tensor by the name %s unless there is one",
    async (name) => {
      const weight: Weight = new WeightScope("f32").tensor(name, [1]);
      await expect(checkWeights(tableOf({}), [weight], [])).rejects.toThrow(`no tensor "${name}" [1]`);
      const table = new Map([[name, { ...tableOf({ x: [1] }).get("x")!, name }]]);
      await checkWeights(table, [weight], []);
      await expect(checkWeights(table, [], [])).rejects.toThrow(`left over: "${name}"`);
    },
  );
});

describe("weights are made from PyTorch's", () => {
  const of = (...values: number[]) => Float32Array.from(values);
  const made = (weight: Weight | undefined, ...sources: Float32Array[]) => [...weight!.make!(...sources)];

  test("a Linear of 2 to 3: transposed, filled up to multiples of 4", () => {
    const { weight, bias } = new WeightScope("f32").at("a").linear("b", 2, 3);
    expect(weight.sources).toEqual([{ name: "a.b.weight", shape: [3, 2] }]);
    expect(bias!.sources).toEqual([{ name: "a.b.bias", shape: [3] }]);
    expect(weight.shape).toEqual([4, 4]);
    expect(made(weight, of(1, 2, 3, 4, 5, 6))).toEqual([1, 3, 5, 0, 2, 4, 6, 0, ...Array(8).fill(0)]);
    expect(made(bias, of(7, 8, 9))).toEqual([7, 8, 9, 0]);
  });

  test("with a layer scale", () => {
    const { weight, bias } = new WeightScope("f32").linear("b", 2, 2, { scale: "lambda" });
    expect(weight.sources.map(({ name }) => name)).toEqual(["b.weight", "lambda"]);
    expect(made(weight, of(1, 2, 3, 4), of(10, 100)).slice(0, 8)).toEqual([10, 300, 0, 0, 20, 400, 0, 0]);
    expect(made(bias, of(5, 6), of(10, 100))).toEqual([50, 600, 0, 0]);
  });

  test("several side by side", () => {
    const { weight, bias } = new WeightScope("f32").merged(["q", "k"], 1, 2);
    expect(weight.sources.map(({ name }) => name)).toEqual(["q.weight", "k.weight"]);
    expect(made(weight, of(1, 2), of(3, 4)).slice(0, 4)).toEqual([1, 2, 3, 4]);
    expect(made(bias, of(5, 6), of(7, 8))).toEqual([5, 6, 7, 8]);
    const { bias: some } = new WeightScope("f32").merged(["q", "k", "v"], 1, 2, { unbiased: ["k"] });
    expect(some!.sources.map(({ name }) => name)).toEqual(["q.bias", "v.bias"]);
    expect(made(some, of(5, 6), of(7, 8))).toEqual([5, 6, 0, 0, 7, 8, 0, 0]);
  });

  test("several of which one has no bias", () => {
    const { bias } = new WeightScope("f32").merged(["q", "k", "v"], 1, 2, { unbiased: ["k"] });
    expect(bias!.sources.map(({ name }) => name)).toEqual(["q.bias", "v.bias"]);
    expect(made(bias, of(5, 6), of(7, 8))).toEqual([5, 6, 0, 0, 7, 8, 0, 0]);
  });

  test("Swin's patch merging: neighbours column by column to a window by rows", () => {
    const { weight, bias, size, stride, padding } = patchMerging(new WeightScope("f32"), "m", 1, 1);
    expect(weight.sources).toEqual([{ name: "m.weight", shape: [1, 4] }]);
    expect([bias, size, stride, padding]).toEqual([undefined, 2, 2, endPadding]);
    // Above left, below left, above right, below right.
    const rows = made(weight, of(1, 2, 3, 4));
    expect([0, 1, 2, 3].map((tap) => rows[16 * tap])).toEqual([1, 3, 2, 4]);
  });

  test("Swin's position bias: of coordinates rounded as the MLP is stored", () => {
    const config = { heads: 2, window: 2, pretrainedWindow: 4 };
    const bias = positionBias(new WeightScope("f32"), config);
    expect(bias.shape).toEqual([1, 3, 3, 2]);
    const [first, second] = [new Float32Array(1024), new Float32Array(1024)];
    // One hidden unit is the row's coordinate, the other the column's less a half.
    first.set([1, 0, 0, 1]);
    second.set([1, 0]);
    second.set([0, 2], 512);
    const shift = new Float32Array(512);
    shift[1] = -0.5;
    const make = (stored: StoredDType) => bias.makeFor!(stored, stored, stored)(first, shift, second);
    // Of one step of three: log₂(1 + 8/3) / 3.
    const far = Math.log2(11 / 3) / 3;
    const sigmoid = (x: number) => 16 / (1 + Math.exp(-x));
    const row = [8, sigmoid(0), 8, sigmoid(0), 8, sigmoid(2 * (far - 0.5))];
    const below = row.map((y, i) => (i % 2 === 0 ? sigmoid(far) : y));
    expectClose(make("F32"), [...row, ...row, ...below], [1, 3, 3, 2], 2e-6);
    const half = roundedTo("BF16", of(far))[0]!;
    expect(half).not.toBe(Math.fround(far));
    expect(make("BF16")[12]).toBeCloseTo(sigmoid(half), 5);
  });

  test("one of two inputs, split", () => {
    const [left, right] = new WeightScope("f32").split("p", 2, 1);
    expect(made(left.weight, of(1, 2, 3, 4)).filter((_, i) => i % 4 === 0)).toEqual([1, 2, 0, 0]);
    expect(made(right.weight, of(1, 2, 3, 4)).filter((_, i) => i % 4 === 0)).toEqual([3, 4, 0, 0]);
    expect([left.bias, right.bias?.sources[0]?.name]).toEqual([undefined, "p.bias"]);
  });

  test("a Conv2d with the batch norm behind it", () => {
    const { weight, bias } = new WeightScope("f32").conv2d("c", 1, 2, 1, { batchNorm: "n" });
    const names = ["c.weight", "n.weight", "n.bias", "n.running_mean", "n.running_var"];
    expect(weight.sources.map(({ name }) => name)).toEqual(names);
    expect(bias!.sources.map(({ name }) => name)).toEqual([...names.slice(1), "c.bias"]);
    const [gamma, beta, mean, variance] = [of(2, 3), of(10, 20), of(1, -1), of(4 - 1e-5, 0.25 - 1e-5)];
    // γ/σ is 1 and 6.
    expectClose(made(weight, of(5, 7), gamma, beta, mean, variance).slice(0, 2), [5, 42], [2], 1e-5);
    expectClose(made(bias, gamma, beta, mean, variance, of(0.5, 0)).slice(0, 2), [9.5, 26], [2], 1e-5);
  });

  test("a Conv2d for Winograd's algorithm: a matrix for each of 36 numbers of a tile", () => {
    const { weight, winograd, stride } = new WeightScope("f32").conv2d("c", 32, 33, 3);
    expect([winograd, stride, ...weight.shape]).toEqual([4, 1, 36 * 32, 36]);
    // G [1 0 0]ᵀ [1 0 0] Gᵀ begins with 1 / (¾ · ¾ · 1½ · 1½)².
    const one = new Float32Array(33 * 32 * 9);
    one[(2 * 32 + 5) * 9] = 1;
    expect(made(weight, one)[5 * 36 + 2]).toBeCloseTo((64 / 81) ** 2, 6);
    expect(new WeightScope("f16").conv2d("c", 32, 33, 3).winograd).toBe(2);
    for (const [scope, layer] of [
      [new WeightScope("f32", "direct"), { stride: 1 }],
      [new WeightScope("f32", "winograd"), { stride: 2 }],
    ] as const) {
      const { weight, winograd } = scope.conv2d("c", 32, 33, 3, layer);
      expect([winograd, ...weight.shape]).toEqual([undefined, 9 * 32, 36]);
    }
  });

  test("class token and its position", () => {
    const { backbone } = parseConfig({ architectures: ["DPTForDepthEstimation"], hidden_size: 12, image_size: 32 });
    const config = backbone as VitConfig;
    const { leading, positions } = embeddingWeights(new WeightScope("f32"), config);
    const table = Float32Array.from({ length: 5 * 12 }, (_, i) => i);
    expect(made(leading, new Float32Array(12).fill(100), table)).toEqual(Array.from({ length: 12 }, (_, i) => 100 + i));
    expect(leading.shape).toEqual([1, 12]);
    expect(positions!.shape).toEqual([1, 2, 2, 12]);
    expect(made(positions!, table)).toEqual([...table.slice(12)]);
    const alone = embeddingWeights(new WeightScope("f32"), { ...config, hiddenSize: 3, positions: false });
    expect(alone.positions).toBeUndefined();
    expect(made(alone.leading, of(5, 6, 7))).toEqual([5, 6, 7, 0]);
  });

  test("registers after the class token, without positions, each filled up to a multiple of 4", () => {
    const { backbone } = parseConfig({ architectures: ["DPTForDepthEstimation"], hidden_size: 12, image_size: 16 });
    const names = { patches: "p", classToken: "c", positions: "e", registers: { name: "r", count: 2 } };
    const { leading } = embeddingWeights(new WeightScope("f32"), { ...(backbone as VitConfig), hiddenSize: 3 }, names);
    expect(leading.sources.map(({ name, shape }) => [name, ...shape])).toEqual([
      ["c", 1, 1, 3],
      ["e", 1, 2, 3],
      ["r", 1, 2, 3],
    ]);
    const registers = Float32Array.of(4, 5, 6, 7, 8, 9);
    expect(made(leading, Float32Array.of(1, 2, 3), new Float32Array(6).fill(10), registers)).toEqual([
      11, 12, 13, 0, 4, 5, 6, 0, 7, 8, 9, 0,
    ]);
  });
});
