import { expect, test } from "vitest";
import { filesFromFolder } from "../../cli/node-files.ts";
import { DPT, FileError, filesFromBlobs, STAGE_TOLERANCE } from "../../src/index.ts";
import { ADE20K_CLASSES } from "../../src/model/config/ade20k.ts";
import { paperJson } from "../../src/model/config/paper-config.ts";
import { withTransformersNames } from "../../src/model/config/paper-names.ts";
import { dptWeights, IGNORED_TENSORS } from "../../src/model/network/dpt.ts";
import { openFolder } from "../../src/model/open-folder.ts";
import { checkWeights } from "../../src/model/weights/check-weights.ts";
import { type Checkpoint, openPickled } from "../../src/runtime/checkpoints/checkpoint.ts";
import type { StoredTensor } from "../../src/runtime/checkpoints/stored-tensor.ts";
import { testDevice } from "../device.ts";
import { memoryFile } from "../runtime/memory-file.ts";
import { verifyCase } from "../verify-case.ts";

const SEGMENTATION = "test/fixtures/cases/paper-vit-seg";
const FILE = "dpt_large-ade20k-tiny.pt";
const QKV = "pretrained.model.blocks.1.attn.qkv";

const opened = () => openPickled(filesFromFolder(SEGMENTATION), FILE);

/** The checkpoint with some tensors of other shapes, or without them. */
async function changed(shapes: Readonly<Record<string, readonly number[] | undefined>>): Promise<Checkpoint> {
  const checkpoint = await opened();
  const tensors = new Map(checkpoint.tensors);
  for (const [name, shape] of Object.entries(shapes)) {
    const tensor = tensors.get(name) ?? { name, dtype: "F32", begin: 0, end: 0, source: memoryFile(new Uint8Array()) };
    if (shape) tensors.set(name, { ...tensor, shape } satisfies StoredTensor);
    else tensors.delete(name);
  }
  return { ...checkpoint, tensors };
}

test("a lone .pt of the authors says by its shapes what a config.json would", async () => {
  const { config, processor, checkpoint } = await openFolder(filesFromFolder(SEGMENTATION));
  expect(config).toMatchObject({
    architecture: "DPTForSemanticSegmentation",
    backbone: { kind: "vit", patch: 16, grid: 4, hiddenSize: 128, heads: 2, layers: 4, taps: [0, 1, 2, 3] },
    decoders: [
      {
        task: "segmentation",
        reassemble: { readout: "project", factors: [4, 2, 1, 0.5], channels: [24, 32, 48, 64] },
        fusion: { channels: 32, batchNorm: true, bias: false, growth: "double" },
        head: { labels: ["LABEL_0", "LABEL_1", "LABEL_2", "LABEL_3", "LABEL_4", "LABEL_5", "LABEL_6"] },
      },
    ],
  });
  expect(config.backbone).toMatchObject({ epsilon: 1e-6, intermediateSize: 256, activation: "gelu", qkvBias: true });
  expect(processor).toMatchObject({ size: { width: 480, height: 480 }, keepAspectRatio: true, ensureMultipleOf: 32 });
  expect(checkpoint.files).toEqual([FILE]);

  const depth = await openFolder(filesFromFolder("test/fixtures/cases/paper-vit-depth"));
  expect(depth.config).toMatchObject({
    decoders: [{ task: "depth", head: { addProjection: false }, fusion: { batchNorm: false, bias: true } }],
  });
  expect(depth.processor?.size).toEqual({ width: 384, height: 384 });
});

test("the hybrid is known by its ResNet", async () => {
  const { config, checkpoint } = await openFolder(filesFromFolder("test/fixtures/cases/paper-hybrid-seg"));
  expect(config).toMatchObject({
    architecture: "DPTForSemanticSegmentation",
    backbone: {
      kind: "hybrid",
      grid: 4,
      heads: 2,
      layers: 4,
      // Of 12 blocks it is the ninth and the last.
      taps: [2, 3],
      bit: {
        channelsIn: 3,
        stem: 32,
        stages: [
          { channels: 128, depth: 1 },
          { channels: 256, depth: 2 },
          { channels: 512, depth: 1 },
        ],
        preactivation: false,
        groups: 32,
        weightEpsilon: 1e-6,
      },
    },
    decoders: [{ reassemble: { channels: [128, 256, 64, 64], ignored: [0, 1] } }],
  });
  const name = "dpt.embeddings.backbone.bit.encoder.stages.2.layers.0.downsample.conv.weight";
  const paper = "pretrained.model.patch_embed.backbone.stages.2.blocks.0.downsample.conv.weight";
  expect(checkpoint.layout?.nameOf(name)).toBe(paper);
  expect(checkpoint.tensors.get(name)?.shape).toEqual([512, 256, 1, 1]);
});

test.each(["paper-hybrid-seg", "paper-hybrid-depth"])("%s: the ε of its standardised weights is 1e-6", async (name) => {
  const [report] = await verifyCase(filesFromFolder(`test/fixtures/cases/${name}`), { device: await testDevice() });
  // 2.2e-6 when written; 3.7e-5 and 4.4e-5 with BiT's 1e-8.
  expect(report!.comparison!.maxError / report!.comparison!.scale).toBeLessThan(1e-5);
});

test("150 outputs are ADE20K's classes, wall the first", async () => {
  const { config } = paperJson(await changed({ "scratch.output_conv.4.weight": [150, 32, 1, 1] }));
  expect(config.id2label).toMatchObject({ 0: "wall", 12: "person", 76: "boat", 149: "flag" });
  expect(new Set(ADE20K_CLASSES).size).toBe(150);
});

test.each([
  [24, [5, 11, 17, 23]],
  [12, [2, 5, 8, 11]],
  [8, [1, 3, 5, 7]],
])("of %i blocks the neck gets %j", async (blocks, taps) => {
  const { config } = paperJson(await changed({ [`pretrained.model.blocks.${blocks - 1}.norm1.weight`]: [128] }));
  expect(config).toMatchObject({ num_hidden_layers: blocks, backbone_out_indices: taps });
});

test.each([
  ["dpt_hybrid_kitti-cb926ef4.pt", { width: 1216, height: 352 }],
  ["dpt_hybrid_nyu-2ce69ec7.pt", { width: 640, height: 480 }],
  ["dpt_hybrid_nyu_new-217f207d.pt", { width: 640, height: 480 }],
  ["dpt_hybrid-midas-501f0c75.pt", { width: 384, height: 384 }],
])("%s fits pictures to %j", async (name, size) => {
  const depth = await openPickled(filesFromFolder("test/fixtures/cases/paper-vit-depth"), "dpt_large-midas-tiny.pt");
  expect(paperJson({ ...depth, files: [name] }).processor.size).toEqual(size);
});

test("query, key and value are the rows of one tensor", async () => {
  const original = await opened();
  const view = withTransformersNames(original);
  const whole = await original.readFloats(`${QKV}.weight`);
  for (const [i, part] of ["query", "key", "value"].entries()) {
    const name = `dpt.encoder.layer.1.attention.attention.${part}.weight`;
    expect(view.tensors.get(name)?.shape).toEqual([128, 128]);
    expect(await view.readFloats(name)).toEqual(whole.slice(i * 128 * 128, (i + 1) * 128 * 128));
  }
});

test("rows of a tensor that lies in columns are its rows too", async () => {
  // [6, 2] in the order of its columns: element (r, c) is 6c + r.
  const source = memoryFile(new Uint8Array(Float32Array.from({ length: 12 }, (_, i) => i).buffer));
  const tensor = { dtype: "F32", shape: [6, 2], strides: [1, 6], begin: 0, end: 48, source } as const;
  const name = `${QKV}.weight`;
  const view = withTransformersNames({ ...(await opened()), tensors: new Map([[name, { ...tensor, name }]]) });
  const read = (part: string) => view.readFloats(`dpt.encoder.layer.1.attention.attention.${part}.weight`);
  expect([...(await read("query"))]).toEqual([0, 6, 1, 7]);
  expect([...(await read("value"))]).toEqual([4, 10, 5, 11]);
});

test("the name of a tensor in the file is found from the model's", async () => {
  const { layout } = withTransformersNames(await opened());
  const names = {
    "dpt.encoder.layer.11.attention.attention.key.bias": "pretrained.model.blocks.11.attn.qkv.bias, key",
    "neck.fusion_stage.layers.0.residual_layer2.batch_norm1.running_var":
      "scratch.refinenet4.resConfUnit2.bn1.running_var",
    "neck.reassemble_stage.layers.3.resize.weight": "pretrained.act_postprocess4.4.weight",
    "neck.reassemble_stage.readout_projects.0.0.weight": "pretrained.act_postprocess1.0.project.0.weight",
    "head.head.4.bias": "scratch.output_conv.4.bias",
    "dpt.embeddings.cls_token": "pretrained.model.cls_token",
    "dpt.embeddings.cls_tokens": "dpt.embeddings.cls_tokens",
  };
  for (const [name, paper] of Object.entries(names)) expect(layout?.nameOf(name)).toBe(paper);
});

test("what differs is called as the file does", async () => {
  const checkpoint = withTransformersNames(
    await changed({
      "scratch.refinenet2.out_conv.weight": undefined,
      [`${QKV}.bias`]: [383],
      "scratch.layer5_rn.weight": [1],
      "pretrained.model.blocks.1.mlp.fc1.scale": [1],
    }),
  );
  const { config } = await openFolder(filesFromFolder(SEGMENTATION));
  const { leaves } = await dptWeights(config, "f32");
  const check = checkWeights(checkpoint.tensors, leaves, IGNORED_TENSORS, checkpoint.layout);
  await expect(check).rejects.toThrow(FileError);
  for (const line of [
    'no tensor "scratch.refinenet2.out_conv.weight" [32,32,1,1]',
    `tensor "${QKV}.bias, key": want [128], got [383]`,
    'left over: "scratch.layer5_rn.weight"',
    'left over: "pretrained.model.blocks.1.mlp.fc1.scale"',
    /want the tensors of a DPT of isl-org\/DPT, got 6 that differ(.|\n)*as isl-org\/DPT released it\?/,
  ]) {
    await expect(check).rejects.toThrow(line);
  }
});

test.each([
  ["pretrained.model.pos_embed", undefined, /want a tensor "pretrained\.model\.pos_embed" of 3 axes, .* got none/],
  ["pretrained.model.pos_embed", [1, 18, 128], /want a class token and a square of patches, .* got \[1, 18, 128\]/],
  ["pretrained.model.pos_embed", [1, 17, 96], /want heads of 64 channels, .* got a width of 96/],
  ["pretrained.model.dist_token", [1, 1, 128], /want one class token, .* got "pretrained\.model\.dist_token"/],
  ["pretrained.model.blocks.4.norm1.weight", [128], /want a multiple of 4 blocks, .* got 5 in/],
  ["pretrained.act_postprocess4.0.project.0.weight", undefined, /want a projected readout/],
  // A number in a name makes no parts that the file lacks.
  [
    "pretrained.model.blocks.1000000000.norm1.weight",
    [128],
    /want tensors "pretrained.model.blocks.0.…", up to 1000 of them, .* got 1000000001/,
  ],
] as const)("%s of %j is an error that names it", async (name, shape, message) => {
  const checkpoint = await changed({ [name]: shape });
  expect(() => paperJson(checkpoint)).toThrow(FileError);
  expect(() => paperJson(checkpoint)).toThrow(message);
});

test("the file itself, or picked, is a model as its folder is", async () => {
  const device = await testDevice();
  const folder = filesFromFolder(SEGMENTATION);
  const file = (await folder.open(FILE))!;
  const picked = filesFromBlobs("picked", { [FILE]: new Blob([await file.read(0, file.size)]) });
  for (const model of [filesFromFolder(`${SEGMENTATION}/${FILE}`), picked]) {
    const [report] = await verifyCase(folder, { device }, model);
    expect(report).toMatchObject({ stage: "logits", problem: undefined });
    expect(report!.comparison!.maxError / report!.comparison!.scale).toBeLessThan(STAGE_TOLERANCE.f32);
  }
});

test("which file is meant must be plain, and that it is the authors'", async () => {
  const load = (files: Readonly<Record<string, Blob>>) => DPT.load(filesFromBlobs("m", files));
  const file = (await filesFromFolder(SEGMENTATION).open(FILE))!;
  const blob = new Blob([await file.read(0, file.size)]);
  await expect(load({ "a.pt": blob, "b.pt": blob })).rejects.toThrow(
    /want config\.json or one \.pt, got 2 of them: a\.pt, b\.pt/,
  );
  const other = (await filesFromFolder("test/fixtures/cases/dpt-vit-seg-bin").open("pytorch_model.bin"))!;
  const foreign = load({ "a.pt": new Blob([await other.read(0, other.size)]) });
  await expect(foreign).rejects.toThrow(/want config\.json beside a\.pt, or tensors named as in isl-org\/DPT/);
  await expect(load({ "a.bin": blob })).rejects.toThrow('m: want a file "config.json", got none.');
  await expect(DPT.load(filesFromFolder("nowhere/a.pt"))).rejects.toThrow("nowhere/a.pt: want a file, got none");
});
