import type { NeckNames } from "./neck-names.ts";

/** All that models of TIPSv2 alone have; {@link dptWeights} is the door to it. */
export { tipsv2 } from "../backbones/tipsv2.ts";
export { bindTipsHead } from "./tips-heads.ts";

/** TIPSv2's published checkpoints, under `segmentation_head` and the like. */
export const TIPSV2_NECK: NeckNames = {
  readout: (i) => `reassemble.readout_projects.${i}`,
  projection: (i) => `reassemble.out_projections.${i}`,
  resize: (i) => `reassemble.resize_layers.${i}`,
  conv: (i) => `convs.${i}`,
  block: (i) => `fusion_blocks.${i}`,
  unit: { 1: "residual_unit", 2: "main_unit" },
  convolution: { 1: "conv1", 2: "conv2" },
  blockProjection: "out_conv",
};
