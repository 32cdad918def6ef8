import type { Activation } from "../../kernels/shared/activation.ts";
import { parseActivation } from "../config/activations.ts";
import type { Fields } from "../config/fields.ts";
import { orderTaps } from "./taps.ts";

/** Blocks at one resolution. */
export interface Swinv2Stage {
  /** Number of blocks. */
  readonly depth: number;
  readonly channels: number;
  readonly heads: number;
  /** M. */
  readonly window: number;
  /** How far every second block rolls its map. */
  readonly shift: number;
  /** M where the model was trained before; 0 if it was not. */
  readonly pretrainedWindow: number;
}

/** Swin Transformer V2 (Liu et al., arXiv:2111.09883; transformers' Swinv2Backbone). */
export interface Swinv2Config {
  readonly kind: "swinv2";
  readonly channelsIn: number;
  readonly patch: number;
  /** g: trained on g × g patches. */
  readonly grid: number;
  readonly stages: readonly Swinv2Stage[];
  /** Channels of the last stage. */
  readonly hiddenSize: number;
  /** Number of blocks. */
  readonly layers: number;
  readonly mlpRatio: number;
  readonly activation: Activation;
  /** Of the blocks' norms. */
  readonly epsilon: number;
  readonly qkvBias: boolean;
  /** Maps that go to the neck, ascending: 0 is the embedding, i what stage i makes. */
  readonly taps: readonly number[];
}

/** The fields of a `backbone_config`, for a neck that takes so many maps. */
export function parseSwinv2(json: Fields, maps: number): Swinv2Config {
  json.word("model_type", ["swinv2"], "swinv2");
  // transformers makes this table one position longer than there are patches, and then fails to add it.
  if (json.boolean("use_absolute_embeddings", false)) throw json.wrong("use_absolute_embeddings", "false", true);
  const patch = json.side("patch_size", 4);
  const grid = Math.floor(json.side("image_size", 224, patch) / patch);
  const stages = parseStages(json, grid);
  return {
    kind: "swinv2",
    channelsIn: json.whole("num_channels", 3),
    patch,
    grid,
    stages,
    hiddenSize: stages.at(-1)!.channels,
    layers: stages.reduce((sum, { depth }) => sum + depth, 0),
    mlpRatio: json.positive("mlp_ratio", 4),
    activation: parseActivation(json, "hidden_act"),
    epsilon: json.positive("layer_norm_eps", 1e-5),
    qkvBias: json.boolean("qkv_bias", true),
    taps: parseTaps(json, stages.length, maps),
  };
}

function parseStages(json: Fields, grid: number): Swinv2Stage[] {
  const depths = json.partsOfStages("depths", [2, 2, 6, 2]);
  const heads = counts(json, "num_heads", [3, 6, 12, 24]);
  const pretrained = counts(json, "pretrained_window_sizes", [0, 0, 0, 0], 0);
  for (const [field, list] of [
    ["num_heads", heads],
    ["pretrained_window_sizes", pretrained],
  ] as const) {
    if (list.length < depths.length) throw json.wrong(field, `a number for each of ${depths.length} stages`, list);
  }
  const width = json.whole("embed_dim", 96);
  const largest = json.whole("window_size", 7);
  const least = 2 ** (depths.length - 1);
  if (grid < least)
    throw json.wrong(
      "image_size",
      `${least} patches or more, so that ${depths.length} stages have some`,
      json.raw("image_size"),
    );
  return depths.map((depth, i) => {
    const channels = width * 2 ** i;
    if (channels % heads[i]! !== 0) throw json.wrong("num_heads", `divisors of ${width} · 2^i`, heads);
    // Distances are divided by the window less one.
    if (pretrained[i] === 1) throw json.wrong("pretrained_window_sizes", "0 or more than 1 each", pretrained);
    // Windows are those of the size that the model was trained for, whatever the picture's.
    const resolution = Math.floor(grid / 2 ** i);
    const window = Math.min(resolution, largest);
    const shift = resolution > window ? Math.floor(largest / 2) : 0;
    return { depth, channels, heads: heads[i]!, window, shift, pretrainedWindow: pretrained[i]! };
  });
}

/** As many whole numbers as the file has. */
function counts(json: Fields, field: string, otherwise: readonly number[], least = 1): readonly number[] {
  const raw = json.raw(field);
  const values = json.numbers(field, otherwise, Array.isArray(raw) && raw.length > 0 ? raw.length : otherwise.length);
  if (!values.every((value) => Number.isSafeInteger(value) && value >= least)) {
    throw json.wrong(field, `whole numbers from ${least}`, values);
  }
  return values;
}

/** `out_indices` and `out_features` name the embedding ("stem", 0) and what the stages make ("stage1", 1). */
function parseTaps(json: Fields, stages: number, count: number): readonly number[] {
  const named = json.raw("out_features");
  const place = (name: unknown) =>
    name === "stem" ? 0 : Number(typeof name === "string" ? /^stage([1-9]\d*)$/.exec(name)?.[1] : undefined);
  const fromNames = Array.isArray(named) ? named.map(place) : [stages];
  const listed = json.raw("out_indices");
  const indices = Array.isArray(listed) ? json.numbers("out_indices", [], listed.length) : fromNames;
  const taps = indices.map((index) => (index < 0 ? index + stages + 1 : index));
  return orderTaps(json, Array.isArray(listed) ? "out_indices" : "out_features", taps, stages + 1, count);
}

/** Channels of the maps that go to the neck. */
export function swinv2Widths({ stages, taps }: Swinv2Config): number[] {
  return taps.map((tap) => stages[Math.max(tap - 1, 0)]!.channels);
}
