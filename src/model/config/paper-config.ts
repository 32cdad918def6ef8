import type { Checkpoint } from "../../runtime/checkpoints/checkpoint.ts";
import type { JsonObject } from "../../runtime/sources/read-json.ts";
import type { Size } from "../pictures/processor.ts";
import { ADE20K_CLASSES } from "./ade20k.ts";
import { isPaperHybrid } from "./paper-names.ts";
import { PaperShapes } from "./paper-shapes.ts";

/** What the files of a transformers folder would say of a checkpoint that has none. */
export interface PaperJson {
  readonly config: JsonObject;
  readonly processor: JsonObject;
}

/** Channels of an attention head in every Vision Transformer of timm. */
const HEAD_CHANNELS = 64;

/** The step of three of the four stages of a ResNet, which is the side of a patch. */
const HYBRID_PATCH = 16;

/** nn.GroupNorm of timm's ResNetV2, and ε of its weight-standardised convolutions in the timm of that time. */
const GROUPS = 32;
const WEIGHT_EPSILON = 1e-6;

const STAGES = [1, 2, 3, 4];

/** What run_segmentation.py and run_monodepth.py fit pictures to; of the depth models, only the file's name tells which. */
const SEGMENTATION_SIZE: Size = { width: 480, height: 480 };
const MIDAS_SIZE: Size = { width: 384, height: 384 };
const TUNED_SIZES: readonly (readonly [RegExp, Size])[] = [
  [/_kitti\b|_kitti_/, { width: 1216, height: 352 }],
  [/_nyu\b|_nyu_/, { width: 640, height: 480 }],
];

/**
 * Reads off a checkpoint of isl-org/DPT what its authors' code says of it (dpt/models.py, dpt/vit.py): sizes from the
 * shapes of its tensors, by the names that the file has for them.
 * @throws FileError naming the tensor that is missing or of a shape that no such network has
 */
export function paperJson(checkpoint: Checkpoint): PaperJson {
  const shapes = new PaperShapes(checkpoint);
  const backbone = isPaperHybrid(checkpoint.tensors) ? hybridFields(shapes) : vitFields(shapes);
  const isSegmentation = shapes.has("scratch.output_conv.1.running_mean");
  const [fusionSize] = shapes.get("scratch.layer1_rn.weight", 4);
  const config = {
    ...(isSegmentation ? segmentationFields(shapes) : depthFields()),
    model_type: "dpt",
    ...transformerFields(shapes),
    ...backbone,
    readout_type: "project",
    neck_hidden_sizes: STAGES.map((i) => shapes.get(`scratch.layer${i}_rn.weight`, 4)[1]),
    fusion_hidden_size: fusionSize,
    head_in_index: -1,
    use_batch_norm_in_fusion_residual: shapes.has("scratch.refinenet1.resConfUnit2.bn1.weight"),
    use_bias_in_fusion_residual: shapes.has("scratch.refinenet1.resConfUnit2.conv1.bias"),
  };
  return { config, processor: processorFields(isSegmentation ? SEGMENTATION_SIZE : depthSize(checkpoint.files)) };
}

/** `wall` is class 0 here, and 1 in what the authors' run_segmentation.py writes. */
function segmentationFields(shapes: PaperShapes): JsonObject {
  const [count] = shapes.get("scratch.output_conv.4.weight", 4);
  const isAde20k = count === ADE20K_CLASSES.length;
  const labels = Array.from({ length: count! }, (_, id) => (isAde20k ? ADE20K_CLASSES[id]! : `LABEL_${id}`));
  return {
    architectures: ["DPTForSemanticSegmentation"],
    id2label: Object.fromEntries(labels.map((label, id) => [id, label])),
    label2id: Object.fromEntries(labels.map((label, id) => [label, id])),
    use_auxiliary_head: shapes.has("auxlayer.0.weight"),
  };
}

function depthFields(): JsonObject {
  return { architectures: ["DPTForDepthEstimation"], add_projection: false, use_auxiliary_head: false };
}

function transformerFields(shapes: PaperShapes): JsonObject {
  const [, tokens, width] = shapes.get("pretrained.model.pos_embed", 3) as [number, number, number];
  if (shapes.has("pretrained.model.dist_token")) {
    throw shapes.wrong("one class token", '"pretrained.model.dist_token" (a distilled DeiT)');
  }
  if (width % HEAD_CHANNELS !== 0) {
    throw shapes.wrong(`heads of ${HEAD_CHANNELS} channels`, `a width of ${width} in "pretrained.model.pos_embed"`);
  }
  if (!Number.isInteger(gridOf(tokens))) {
    throw shapes.wrong(
      "a class token and a square of patches",
      `[1, ${tokens}, ${width}] in "pretrained.model.pos_embed"`,
    );
  }
  const readout = "pretrained.act_postprocess4.0.project.0.weight";
  if (!shapes.has(readout)) throw shapes.wrong(`a projected readout ("${readout}")`, "none");
  return {
    hidden_size: width,
    num_hidden_layers: shapes.count("pretrained.model.blocks"),
    num_attention_heads: width / HEAD_CHANNELS,
    intermediate_size: shapes.get("pretrained.model.blocks.0.mlp.fc1.weight", 2)[0],
    hidden_act: "gelu",
    layer_norm_eps: 1e-6,
    qkv_bias: shapes.has("pretrained.model.blocks.0.attn.qkv.bias"),
  };
}

function vitFields(shapes: PaperShapes): JsonObject {
  const [, channels, patch] = shapes.get("pretrained.model.patch_embed.proj.weight", 4) as number[];
  return {
    is_hybrid: false,
    num_channels: channels,
    patch_size: patch,
    image_size: gridOf(shapes.get("pretrained.model.pos_embed", 3)[1]!) * patch!,
    backbone_out_indices: quarters(shapes),
    reassemble_factors: [4, 2, 1, 0.5],
  };
}

function hybridFields(shapes: PaperShapes): JsonObject {
  const backbone = "pretrained.model.patch_embed.backbone";
  const stages = Array.from({ length: shapes.count(`${backbone}.stages`) }, (_, i) => `${backbone}.stages.${i}.blocks`);
  const sizes = stages.map((stage) => shapes.get(`${stage}.0.conv3.weight`, 4)[0]!);
  const [stemSize, channels] = shapes.get(`${backbone}.stem.conv.weight`, 4);
  const grid = gridOf(shapes.get("pretrained.model.pos_embed", 3)[1]!);
  return {
    is_hybrid: true,
    num_channels: channels,
    patch_size: HYBRID_PATCH,
    image_size: grid * HYBRID_PATCH,
    // The first two stages of the ResNet, and the transformer's third quarter and end.
    backbone_out_indices: [0, 1, ...quarters(shapes).slice(2)],
    backbone_featmap_shape: [1, sizes.at(-1), grid, grid],
    reassemble_factors: [1, 1, 1, 0.5],
    neck_ignore_stages: [0, 1],
    backbone_config: {
      model_type: "bit",
      num_channels: channels,
      embedding_size: stemSize,
      hidden_sizes: sizes,
      depths: stages.map((stage) => shapes.count(stage)),
      layer_type: "bottleneck",
      hidden_act: "relu",
      global_padding: "SAME",
      num_groups: GROUPS,
      weight_standardization_eps: WEIGHT_EPSILON,
      embedding_dynamic_padding: true,
      out_features: stages.map((_, i) => `stage${i + 1}`),
    },
  };
}

/**
 * The last blocks of the four quarters of a transformer: 5, 11, 17, 23 of DPT-Large and 2, 5, 8, 11 of a ViT-B, as the
 * authors' code lists them (`hooks`).
 */
function quarters(shapes: PaperShapes): readonly number[] {
  const blocks = shapes.count("pretrained.model.blocks");
  if (blocks % 4 !== 0) throw shapes.wrong("a multiple of 4 blocks", `${blocks} in "pretrained.model.blocks"`);
  return STAGES.map((quarter) => (quarter * blocks) / 4 - 1);
}

function depthSize(files: readonly string[]): Size {
  return TUNED_SIZES.find(([name]) => files.some((file) => name.test(file)))?.[1] ?? MIDAS_SIZE;
}

function gridOf(tokens: number): number {
  return Math.sqrt(tokens - 1);
}

/**
 * run_segmentation.py and run_monodepth.py, but that OpenCV's INTER_CUBIC there neither smooths what it shrinks nor has
 * the same cubic (-0.75 against -0.5): this is Pillow's, as in transformers' own conversions of these checkpoints.
 */
function processorFields({ width, height }: Size): JsonObject {
  return {
    image_processor_type: "DPTImageProcessor",
    do_resize: true,
    size: { height, width },
    keep_aspect_ratio: true,
    ensure_multiple_of: 32,
    resample: 3,
    do_rescale: true,
    rescale_factor: 1 / 255,
    do_normalize: true,
    image_mean: [0.5, 0.5, 0.5],
    image_std: [0.5, 0.5, 0.5],
  };
}
