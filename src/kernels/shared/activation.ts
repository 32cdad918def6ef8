import { wgsl } from "./wgsl.ts";

/**
 * `gelu` is the exact one (erf), `geluTanh` its tanh approximation (`gelu_pytorch_tanh`), `quickGelu` x·σ(1.702 x), `silu`
 * x·σ(x).
 */
export type Activation = "none" | "relu" | "gelu" | "geluTanh" | "quickGelu" | "silu" | "sigmoid";

/**
 * ReLU of an expression that keeps what is not finite: of NaN, `max(v, 0)` makes 0, and a network gone wrong looks sound;
 * minus infinity, of which PyTorch makes 0, is what is left of a number that was too large somewhere, and nobody knows which.
 *
 * By bits, since a shader compiler that assumes no NaN may make a maximum of `v < 0`: as integers, numbers from -0 to the
 * least are those below -2²³, minus infinity is that, and NaN is above, whatever its sign. On SwiftShader it takes as long
 * as `v < 0`, and in a convolution up to a fifth less than the maximum.
 */
export function relu(value: string, zero: "vec4f()" | "0.0"): string {
  const [bits, infinity] = zero === "0.0" ? ["i32", "-8388608"] : ["vec4i", "vec4i(-8388608)"];
  return `select(${value}, ${zero}, bitcast<${bits}>(${value}) < ${infinity})`;
}

/** WGSL `fn activate(v: vec4f) -> vec4f`; empty for "none". */
export function activationFunction(activation: Activation): string {
  return FUNCTIONS[activation];
}

/** `expression` activated; itself for "none". */
export function activated(activation: Activation, expression: string): string {
  return activation === "none" ? expression : `activate(${expression})`;
}

const FUNCTIONS: Readonly<Record<Activation, string>> = {
  none: "",
  relu: wgsl`
    fn activate(v: vec4f) -> vec4f {
      return ${relu("v", "vec4f()")};
    }`,
  // WGSL has no erf: Abramowitz and Stegun 7.1.26, |error| <= 1.5e-7.
  gelu: wgsl`
    fn erf(v: vec4f) -> vec4f {
      let u = abs(v);
      let t = 1.0 / (1.0 + 0.3275911 * u);
      let p = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
      return sign(v) * (1.0 - p * exp(-u * u));
    }
    fn activate(v: vec4f) -> vec4f {
      return 0.5 * v * (1.0 + erf(v * 0.70710678118654752));
    }`,
  // tanh(u) overflows to NaN in drivers that write it with exp(2u): bounded where tanh is 1 to the last bit. Not by
  // clamp, which makes a number of NaN.
  geluTanh: wgsl`
    fn activate(v: vec4f) -> vec4f {
      let w = 0.79788456080286536 * (v + 0.044715 * v * v * v);
      let u = select(w, sign(w) * 15.0, abs(w) > vec4f(15.0));
      return 0.5 * v * (1.0 + tanh(u));
    }`,
  quickGelu: wgsl`
    fn activate(v: vec4f) -> vec4f {
      return v / (1.0 + exp(-1.702 * v));
    }`,
  silu: wgsl`
    fn activate(v: vec4f) -> vec4f {
      return v / (1.0 + exp(-v));
    }`,
  // exp(NaN) is a number in some drivers (SwiftShader): v itself where it is neither below nor above, and where it is
  // infinite, since the answer to a number that was too large somewhere is not 1.
  sigmoid: wgsl`
    fn activate(v: vec4f) -> vec4f {
      let high = select(v, vec4f(1.0), (v > vec4f(80.0)) & (v < vec4f(3.0e38)));
      return select(high, 1.0 / (1.0 + exp(-v)), (v <= vec4f(80.0)) & (v > vec4f(-3.0e38)));
    }`,
};
