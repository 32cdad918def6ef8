import { parseActivation } from "./activations.ts";
import { parseColours } from "./class-colours.ts";
import type { DecoderConfig, ReassembleConfig, SegmentationHeadConfig } from "./config.ts";
import type { Fields } from "./fields.ts";

/** A decoder of DPTConfig, whatever its backbone. */
export function parseDptDecoder(
  json: Fields,
  task: "segmentation" | "depth",
  reassemble: Omit<ReassembleConfig, "activation">,
): DecoderConfig {
  const batchNorm = json.boolean("use_batch_norm_in_fusion_residual", false);
  return {
    task,
    reassemble: { ...reassemble, activation: parseActivation(json, "hidden_act") },
    fusion: {
      channels: json.whole("fusion_hidden_size", 256),
      batchNorm,
      bias: json.boolean("use_bias_in_fusion_residual", !batchNorm),
      growth: "double",
    },
    headInput: parseHeadInput(json, reassemble.channels.length),
    head:
      task === "segmentation"
        ? { kind: "segmentation", ...parseClasses(json) }
        : { kind: "depth", addProjection: json.boolean("add_projection", false) },
  };
}

/** Channels of each stage's map of DPTConfig: as many as there are stages. */
export function parseDptChannels(json: Fields): readonly number[] {
  return json.wholes("neck_hidden_sizes", [96, 192, 384, 768], 1);
}

/** Those of the stages; transformers passes over more, and cuts what 1 is divided by to a whole number. */
export function parseFactors(json: Fields, stages: number): readonly number[] {
  const factors = json.raw("reassemble_factors") ?? [4, 2, 1, 0.5];
  const isSupported = (factor: unknown) =>
    typeof factor === "number" && factor > 0 && (factor < 1 || Number.isInteger(factor));
  if (!Array.isArray(factors) || factors.length < stages || !factors.every(isSupported)) {
    throw json.wrong("reassemble_factors", `${stages} numbers, whole ones or below 1`, factors);
  }
  return factors.slice(0, stages);
}

/** `-1`, the finest, as Python counts from the end. */
export function parseHeadInput(json: Fields, stages: number): number {
  const index = json.whole("head_in_index", -1, -stages);
  if (index >= stages) throw json.wrong("head_in_index", `a number below ${stages}`, index);
  return index < 0 ? index + stages : index;
}

export function parseClasses(json: Fields): Pick<SegmentationHeadConfig, "labels" | "colours"> {
  const labels = parseLabels(json);
  const colours = parseColours(json, labels.length);
  return { labels, ...(colours && { colours }) };
}

/** `id2label` if there is one; otherwise `LABEL_0 …`, two of them unless `num_labels` says how many. */
function parseLabels(json: Fields): readonly string[] {
  if (!json.has("id2label")) {
    // Labels are stored in 16 bits, and one of the numbers means "no label".
    return Array.from({ length: json.whole("num_labels", 2, 1, 65_535) }, (_, id) => `LABEL_${id}`);
  }
  const names = json.raw("id2label") as Readonly<Record<string, unknown>>;
  const isNamed = typeof names === "object" && Object.keys(names).length > 0;
  const labels = isNamed ? Object.keys(names).map((_, id) => names[id]) : [];
  if (!isNamed || !labels.every((label) => typeof label === "string")) {
    throw json.wrong("id2label", 'an object from "0", "1", … to names', names);
  }
  return labels;
}
