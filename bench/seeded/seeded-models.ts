import type { JsonObject } from "../../src/runtime/sources/read-json.ts";

/** The JSON files of a model folder, as the Hugging Face hub has them. */
export interface ModelJson {
  readonly config: JsonObject;
  readonly processor: JsonObject;
}

/** Intel/dpt-large-ade, with its classes numbered instead of named. */
const DPT_LARGE_ADE: ModelJson = {
  config: {
    architectures: ["DPTForSemanticSegmentation"],
    model_type: "dpt",
    backbone_out_indices: [5, 11, 17, 23],
    fusion_hidden_size: 256,
    hidden_size: 1024,
    image_size: 384,
    intermediate_size: 4096,
    layer_norm_eps: 1e-12,
    neck_hidden_sizes: [256, 512, 1024, 1024],
    num_attention_heads: 16,
    num_hidden_layers: 24,
    num_labels: 150,
    patch_size: 16,
    readout_type: "project",
    reassemble_factors: [4, 2, 1, 0.5],
    use_auxiliary_head: true,
    use_batch_norm_in_fusion_residual: true,
  },
  processor: {
    image_processor_type: "DPTImageProcessor",
    do_resize: true,
    ensure_multiple_of: 1,
    image_mean: [0.5, 0.5, 0.5],
    image_std: [0.5, 0.5, 0.5],
    keep_aspect_ratio: false,
    resample: 2,
    size: { height: 480, width: 480 },
  },
};

interface DepthAnythingSizes {
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly taps: readonly number[];
  readonly neck: readonly number[];
  readonly fusion: number;
}

/** depth-anything/Depth-Anything-V2-Small-hf and its larger siblings. */
function depthAnythingV2({ hiddenSize, layers, heads, taps, neck, fusion }: DepthAnythingSizes): ModelJson {
  return {
    config: {
      architectures: ["DepthAnythingForDepthEstimation"],
      model_type: "depth_anything",
      backbone_config: {
        model_type: "dinov2",
        hidden_size: hiddenSize,
        image_size: 518,
        num_attention_heads: heads,
        num_hidden_layers: layers,
        out_indices: taps,
        patch_size: 14,
        reshape_hidden_states: false,
      },
      fusion_hidden_size: fusion,
      head_hidden_size: 32,
      neck_hidden_sizes: neck,
      patch_size: 14,
      reassemble_hidden_size: hiddenSize,
    },
    processor: {
      image_processor_type: "DPTImageProcessor",
      do_resize: true,
      ensure_multiple_of: 14,
      image_mean: [0.485, 0.456, 0.406],
      image_std: [0.229, 0.224, 0.225],
      keep_aspect_ratio: true,
      resample: 3,
      size: { height: 518, width: 518 },
    },
  };
}

/** Models whose weights are drawn from a seed: the shapes are true, and so are all costs. */
export const SEEDED_MODELS = {
  "dpt-large-ade": DPT_LARGE_ADE,
  "depth-anything-v2-small": depthAnythingV2({
    hiddenSize: 384,
    layers: 12,
    heads: 6,
    taps: [3, 6, 9, 12],
    neck: [48, 96, 192, 384],
    fusion: 64,
  }),
  "depth-anything-v2-base": depthAnythingV2({
    hiddenSize: 768,
    layers: 12,
    heads: 12,
    taps: [3, 6, 9, 12],
    neck: [96, 192, 384, 768],
    fusion: 128,
  }),
  "depth-anything-v2-large": depthAnythingV2({
    hiddenSize: 1024,
    layers: 24,
    heads: 16,
    taps: [5, 12, 18, 24],
    neck: [256, 512, 1024, 1024],
    fusion: 256,
  }),
} as const satisfies Readonly<Record<string, ModelJson>>;

export type SeededName = keyof typeof SEEDED_MODELS;

export function isSeededName(name: string): name is SeededName {
  return Object.hasOwn(SEEDED_MODELS, name);
}
