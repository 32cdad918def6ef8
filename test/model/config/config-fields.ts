/** Beginnings of config.json files that tests fill up. */
export const segmentation = { architectures: ["DPTForSemanticSegmentation"] };
export const depth = { architectures: ["DPTForDepthEstimation"] };
export const swin = {
  ...depth,
  backbone_config: { model_type: "swinv2", out_features: ["stage1", "stage2", "stage3", "stage4"] },
};
export const tips = { architectures: ["Tipsv2DptForDensePrediction"] };
export const anything = {
  architectures: ["DepthAnythingForDepthEstimation"],
  backbone_config: { model_type: "dinov2", out_indices: [3, 6, 9, 12] },
};

/** A `backbone_config` of BEiT's. */
export const beit = (fields: object) => ({
  ...depth,
  backbone_config: { model_type: "beit", reshape_hidden_states: false, out_indices: [3, 6, 9, 12], ...fields },
});

export const hybrid = {
  architectures: ["DPTForDepthEstimation"],
  is_hybrid: true,
  backbone_out_indices: [0, 1, 8, 11],
  neck_hidden_sizes: [256, 512, 768, 768],
  reassemble_factors: [1, 1, 1, 0.5],
};
export const bit = {
  model_type: "bit",
  depths: [3, 4, 9],
  embedding_dynamic_padding: true,
  global_padding: "SAME",
  layer_type: "bottleneck",
  out_features: ["stage1", "stage2", "stage3"],
};
