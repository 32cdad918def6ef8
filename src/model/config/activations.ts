import type { Activation } from "../../kernels/shared/activation.ts";
import type { Fields } from "./fields.ts";

/** transformers' ACT2FN, as far as WGSL has been written for it. */
const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  gelu: "gelu",
  gelu_python: "gelu",
  gelu_new: "geluTanh",
  gelu_fast: "geluTanh",
  gelu_pytorch_tanh: "geluTanh",
  gelu_accurate: "geluTanh",
  quick_gelu: "quickGelu",
  relu: "relu",
  silu: "silu",
  swish: "silu",
  sigmoid: "sigmoid",
  linear: "none",
};

/** The activation that a config names. */
export function parseActivation(json: Fields, field: string, otherwise = "gelu"): Activation {
  return ACTIVATIONS[json.word(field, Object.keys(ACTIVATIONS), otherwise)]!;
}
