import { type Checkpoint, renamed } from "../../runtime/checkpoints/checkpoint.ts";
import { rowsOf, type StoredTensor } from "../../runtime/checkpoints/stored-tensor.ts";

/** One name in a file of the paper's authors, and what transformers calls it; `#` is the same number in both. */
interface NamePair {
  readonly paper: string;
  readonly name: string;
  /** Which third of the paper's rows it is, where that has query, key and value in one. */
  readonly third?: 0 | 1 | 2;
}

const STAGES = [0, 1, 2, 3];

const pair = (paper: string, name: string): NamePair => ({ paper, name });

/** timm's VisionTransformer. */
const TRANSFORMER: readonly NamePair[] = [
  pair("pretrained.model.cls_token", "dpt.embeddings.cls_token"),
  pair("pretrained.model.pos_embed", "dpt.embeddings.position_embeddings"),
  pair("pretrained.model.blocks.#.norm1", "dpt.encoder.layer.#.layernorm_before"),
  ...(["query", "key", "value"] as const).map((part, i) => ({
    paper: "pretrained.model.blocks.#.attn.qkv",
    name: `dpt.encoder.layer.#.attention.attention.${part}`,
    third: i as 0 | 1 | 2,
  })),
  pair("pretrained.model.blocks.#.attn.proj", "dpt.encoder.layer.#.attention.output.dense"),
  pair("pretrained.model.blocks.#.norm2", "dpt.encoder.layer.#.layernorm_after"),
  pair("pretrained.model.blocks.#.mlp.fc1", "dpt.encoder.layer.#.intermediate.dense"),
  pair("pretrained.model.blocks.#.mlp.fc2", "dpt.encoder.layer.#.output.dense"),
  pair("pretrained.model.norm", "dpt.layernorm"),
];

/** From pixels to tokens: patches, or the maps of timm's ResNetV2. */
const VIT_PATCHES = [pair("pretrained.model.patch_embed.proj", "dpt.embeddings.patch_embeddings.projection")];
const BIT = "dpt.embeddings.backbone.bit";
const HYBRID_PATCHES: readonly NamePair[] = [
  pair("pretrained.model.patch_embed.backbone.stem.conv", `${BIT}.embedder.convolution`),
  pair("pretrained.model.patch_embed.backbone.stem.norm", `${BIT}.embedder.norm`),
  pair("pretrained.model.patch_embed.backbone.stages.#.blocks.#", `${BIT}.encoder.stages.#.layers.#`),
  pair("pretrained.model.patch_embed.proj", "dpt.embeddings.projection"),
];

/** Both count the stages from fine to coarse, the paper from 1; transformers has the fusion blocks coarse to fine. */
const NECK: readonly NamePair[] = STAGES.flatMap((i) => [
  pair(`pretrained.act_postprocess${i + 1}.0.project`, `neck.reassemble_stage.readout_projects.${i}`),
  pair(`pretrained.act_postprocess${i + 1}.3`, `neck.reassemble_stage.layers.${i}.projection`),
  pair(`pretrained.act_postprocess${i + 1}.4`, `neck.reassemble_stage.layers.${i}.resize`),
  pair(`scratch.layer${i + 1}_rn`, `neck.convs.${i}`),
  ...fusionNames(`scratch.refinenet${i + 1}`, `neck.fusion_stage.layers.${3 - i}`),
]);

function fusionNames(paper: string, name: string): NamePair[] {
  const units = [1, 2].flatMap((unit) =>
    [1, 2].flatMap((i) => [
      pair(`${paper}.resConfUnit${unit}.conv${i}`, `${name}.residual_layer${unit}.convolution${i}`),
      pair(`${paper}.resConfUnit${unit}.bn${i}`, `${name}.residual_layer${unit}.batch_norm${i}`),
    ]),
  );
  return [...units, pair(`${paper}.out_conv`, `${name}.projection`)];
}

const HEADS = [pair("scratch.output_conv", "head.head"), pair("auxlayer", "auxiliary_head.head")];

const VIT_NAMES = [...TRANSFORMER, ...VIT_PATCHES, ...NECK, ...HEADS];
const HYBRID_NAMES = [...TRANSFORMER, ...HYBRID_PATCHES, ...NECK, ...HEADS];

/** Whether tensors are named as those of a network of isl-org/DPT; MiDaS's own ones too, whatever their backbone. */
export function hasPaperNames(tensors: Checkpoint["tensors"]): boolean {
  return ["pretrained.", "scratch.refinenet"].every((start) =>
    [...tensors.keys()].some((key) => key.startsWith(start)),
  );
}

/** Whether the backbone is the hybrid of a ResNet and a transformer. */
export function isPaperHybrid(tensors: Checkpoint["tensors"]): boolean {
  return [...tensors.keys()].some((key) => key.startsWith("pretrained.model.patch_embed.backbone."));
}

/**
 * A checkpoint of the paper's authors (isl-org/DPT) under the names of transformers, as its conversion scripts pair them.
 * Nothing is copied: query, key and value are rows of what the file has as one tensor. Tensors that have no other name
 * keep their own.
 */
export function withTransformersNames(checkpoint: Checkpoint): Checkpoint {
  const names = isPaperHybrid(checkpoint.tensors) ? HYBRID_NAMES : VIT_NAMES;
  const tensors = new Map<string, StoredTensor>();
  for (const [key, tensor] of checkpoint.tensors) {
    const views = names.flatMap(({ paper, name, third }) => {
      const renamedKey = replaceStart(key, paper, name);
      return renamedKey === undefined ? [] : [[renamedKey, thirdOf(tensor, third)] as const];
    });
    for (const [name, view] of views.length > 0 ? views : [[key, tensor] as const]) tensors.set(name, view);
  }
  const nameOf = (key: string) => {
    for (const { paper, name, third } of names) {
      const original = replaceStart(key, name, paper);
      if (original !== undefined) return third === undefined ? original : `${original}, ${name.split(".").at(-1)}`;
    }
    return key;
  };
  return renamed(checkpoint, tensors, { owner: "isl-org/DPT", stored: checkpoint.tensors, nameOf });
}

/** One of three equal parts of the rows. Where there are no three, the tensor as it is, whose shape then is wrong. */
function thirdOf(tensor: StoredTensor, third: NamePair["third"]): StoredTensor {
  const [rows = 0] = tensor.shape;
  if (third === undefined || rows === 0 || rows % 3 !== 0) return tensor;
  return rowsOf(tensor, (third * rows) / 3, rows / 3);
}

/** `key` with another start, if it starts with `from` and a whole part of the name ends there. */
function replaceStart(key: string, from: string, to: string): string | undefined {
  const [wanted, parts] = [from.split("."), key.split(".")];
  const numbers: string[] = [];
  for (const [i, part] of wanted.entries()) {
    const got = parts[i];
    if (part === "#" && got !== undefined && /^\d+$/.test(got)) numbers.push(got);
    else if (part !== got) return undefined;
  }
  const start = to.split(".").map((part) => (part === "#" ? numbers.shift() : part));
  return [...start, ...parts.slice(wanted.length)].join(".");
}
