import { parseActivation } from "../config/activations.ts";
import type { Fields } from "../config/fields.ts";
import { type BitConfig, bottleneckWidth, inEights } from "./bit-config.ts";
import { orderTaps } from "./taps.ts";
import { parseEncoder, type VitEncoderConfig } from "./vit.ts";

/**
 * The hybrid of a ResNet and a ViT (section 5 of the DPT paper; transformers' DPTModel with `is_hybrid`): the tokens are
 * the pixels of BiT's third map, and the neck takes the first two maps as they are.
 */
export interface HybridConfig extends VitEncoderConfig {
  readonly kind: "hybrid";
  readonly bit: BitConfig;
}

/** Stages of BiT: the first two go to the neck, the third to the ViT. */
const STAGES = 3;
/** What the third stage's pixels are of the picture's. */
export const PATCH = 16;
/** Stages of the neck that take a map as it is. */
export const MAPS = 2;

/** The fields of DPTConfig that its hybrid uses, for a neck of so many stages, which takes two maps. */
export function parseHybrid(json: Fields, stages: number): HybridConfig {
  const encoder = parseEncoder(json);
  if (stages <= MAPS) throw json.wrong("neck_hidden_sizes", `a list of more than ${MAPS} with is_hybrid`, stages);
  if (encoder.patch !== PATCH) throw json.wrong("patch_size", `${PATCH} with is_hybrid`, encoder.patch);
  if (json.has("backbone")) throw json.wrong("backbone", "absent with is_hybrid", json.raw("backbone"));
  const bitConfig = json.has("backbone_config") ? parseBit(json.object("backbone_config")) : DEFAULT_BIT;
  if (bitConfig.channelsIn !== encoder.channelsIn) {
    throw json.wrong("num_channels", `${bitConfig.channelsIn}, as in backbone_config`, encoder.channelsIn);
  }
  const shape = json.numbers("backbone_featmap_shape", [1, 1024, 24, 24]);
  const last = bitConfig.stages.at(-1)!.channels;
  if (shape[1] !== last) throw json.wrong("backbone_featmap_shape", `[1, ${last}, height, width]`, shape);
  // The first two stand for the maps, whatever they say.
  const blocks = json.numbers("backbone_out_indices", [2, 5, 8, 11], stages).slice(MAPS);
  const taps = orderTaps(json, "backbone_out_indices", blocks, encoder.layers, stages - MAPS);
  return { kind: "hybrid", ...encoder, taps, bit: bitConfig };
}

/** What DPTConfig takes where no `backbone_config` is given. */
const DEFAULT_BIT: BitConfig = {
  channelsIn: 3,
  stem: 64,
  stages: [
    { channels: 256, depth: 3 },
    { channels: 512, depth: 4 },
    { channels: 1024, depth: 9 },
  ],
  preactivation: false,
  activation: "relu",
  groups: 32,
  weightEpsilon: 1e-8,
  paddedPool: true,
};

/** The fields of BitConfig. */
function parseBit(json: Fields): BitConfig {
  json.word("model_type", ["bit"], "bit");
  const padding = json.raw("global_padding");
  // Without it the stem pads what the norm then takes for numbers.
  if (typeof padding !== "string" || padding.toUpperCase() !== "SAME")
    throw json.wrong("global_padding", '"same"', padding);
  const outputStride = json.whole("output_stride", 32);
  if (outputStride <= PATCH / 2) throw json.wrong("output_stride", `${PATCH} or more`, outputStride);
  checkFeatures(json);
  const depths = json.partsOfStages("depths", [3, 4, 6, 3], STAGES);
  const sizes = json.wholes("hidden_sizes", [256, 512, 1024, 2048], STAGES);
  const factor = json.positive("width_factor", 1);
  const config: BitConfig = {
    channelsIn: json.whole("num_channels", 3),
    stem: json.whole("embedding_size", 64),
    stages: Array.from({ length: STAGES }, (_, i) => ({ channels: inEights(sizes[i]! * factor), depth: depths[i]! })),
    preactivation: json.word("layer_type", ["preactivation", "bottleneck"], "preactivation") === "preactivation",
    activation: parseActivation(json, "hidden_act", "relu"),
    groups: json.whole("num_groups", 32),
    // No field of BitConfig, which has 1e-8 in its code: the paper's own checkpoints have another.
    weightEpsilon: json.positive("weight_standardization_eps", 1e-8),
    paddedPool: json.boolean("embedding_dynamic_padding", false),
  };
  const { stem, stages, groups } = config;
  const widths = [stem, ...stages.flatMap(({ channels }) => [channels, bottleneckWidth(channels)])];
  const odd = widths.find((channels) => channels % groups !== 0);
  if (odd !== undefined) throw json.wrong("num_groups", `a divisor of ${odd}`, groups);
  return config;
}

/** Three stages are what DPT takes; which, `out_features` says, or `out_indices`, which count the stem as 0. */
function checkFeatures(json: Fields): void {
  const wanted = { out_features: ["stage1", "stage2", "stage3"], out_indices: [1, 2, 3] };
  const field = json.has("out_features") || !json.has("out_indices") ? "out_features" : "out_indices";
  const got = json.raw(field);
  const isWanted =
    Array.isArray(got) && got.length === wanted[field].length && got.every((item, i) => item === wanted[field][i]);
  if (!isWanted) throw json.wrong(field, wanted[field].join(", "), got);
}
