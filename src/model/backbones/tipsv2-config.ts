import type { Fields } from "../config/fields.ts";
import { type Dinov2Fields, parseDinov2Fields } from "./dinov2.ts";

/** The picture's half of TIPSv2 (transformers' Tipsv2VisionBackbone): DINOv2 with registers, and bilinear positions. */
export interface Tipsv2Config extends Dinov2Fields {
  readonly kind: "tipsv2";
  /** Tokens between the class token and the patches, which nothing after the backbone reads. */
  readonly registers: number;
}

/** The fields of a `backbone_config`, for necks of so many stages. */
export function parseTipsv2(json: Fields, stages: number): Tipsv2Config {
  json.word("model_type", ["tipsv2_vision_model"], "tipsv2_vision_model");
  // true is the class's own default, but drops the class token, which the neck needs.
  if (json.boolean("reshape_hidden_states", false)) throw json.wrong("reshape_hidden_states", "false", true);
  const registers = json.whole("num_register_tokens", 1, 0);
  const fields = parseDinov2Fields(json, stages, { imageSize: 448, interpolation: "bilinear" });
  return { kind: "tipsv2", ...fields, registers };
}
