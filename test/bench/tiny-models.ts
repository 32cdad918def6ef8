import { type ModelJson, SEEDED_MODELS } from "../../bench/seeded/seeded-models.ts";

const tiny = { neck_hidden_sizes: [24, 32, 48, 64], fusion_hidden_size: 32 };
const vit = { hidden_size: 64, num_attention_heads: 4, num_hidden_layers: 4 };

/** dpt-large-ade, with all sizes small. */
export const TINY_LABELS: ModelJson = {
  config: {
    ...SEEDED_MODELS["dpt-large-ade"].config,
    ...tiny,
    ...vit,
    backbone_out_indices: [0, 1, 2, 3],
    image_size: 64,
    intermediate_size: 128,
    num_labels: 7,
  },
  processor: { ...SEEDED_MODELS["dpt-large-ade"].processor, size: { height: 64, width: 64 } },
};

/** Depth Anything V2, likewise. */
export const TINY_DEPTH: ModelJson = {
  config: {
    ...SEEDED_MODELS["depth-anything-v2-small"].config,
    ...tiny,
    backbone_config: { ...vit, model_type: "dinov2", image_size: 70, out_indices: [1, 2, 3, 4], patch_size: 14 },
    reassemble_hidden_size: 64,
  },
  processor: { ...SEEDED_MODELS["depth-anything-v2-small"].processor, size: { height: 70, width: 70 } },
};
