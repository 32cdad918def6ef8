import { elementCount, type Shape, type TensorSpec } from "../../runtime/graph/tensor.ts";
import type { WeightLoads } from "./load-weight.ts";
import { GROUP, LEVEL, quantizedLayout } from "./quantized-layout.ts";
import type { QuantizedFormat } from "./weight-format.ts";
import { wgsl } from "./wgsl.ts";

/**
 * How a product's weight is stored that is quantised. Models that have some hand it to their kernels; the others need not
 * load it.
 */
export interface QuantizedStorage {
  readonly format: QuantizedFormat;
  /** Of a weight packed as `[rows, columns]`. */
  readonly specOf: (packed: Shape) => TensorSpec & { readonly dtype: "u32" };
  /** Loads of a weight `[rows, columns]`, both multiples of 4, of such a spec. */
  readonly load: (spec: TensorSpec, packed: Shape, binding: number) => WeightLoads;
}

export const QUANTIZED_STORAGE: Readonly<Record<QuantizedFormat, QuantizedStorage>> = {
  q8: storageOf("q8"),
  q4: storageOf("q4"),
};

function storageOf(format: QuantizedFormat): QuantizedStorage {
  return {
    format,
    specOf: (packed) => {
      const [rows, columns] = packed as [number, number];
      return { shape: [quantizedLayout(format, rows, columns).bytes / 4], dtype: "u32" };
    },
    load: (spec, packed, binding) => loadQuantized(format, spec, packed as [number, number], binding),
  };
}

function loadQuantized(
  format: QuantizedFormat,
  spec: TensorSpec,
  [rows, columns]: readonly [number, number],
  binding: number,
): WeightLoads {
  const vectors = columns / 4;
  const { codes, scales } = quantizedLayout(format, rows, columns);
  // unpack4x8snorm is in every WGSL; unpack4xI8 is a language feature that some browsers lack. SwiftShader, matmul
  // [788, 384]·[384, 1536], against the same in f32: 0.97 times as fast in q8 and 0.95 times in q4; 0.8 and 0.7 times where
  // the bytes are got by shifts.
  const width = format === "q8" ? 4 : 2;
  const words = Math.ceil(elementCount(spec.shape) / width);
  const bytes = 4 * width;
  const declarations = wgsl`
    @group(0) @binding(${binding}) var<storage, read> weight: array<vec${width}u, ${words}>;
    #if ${format === "q8"}
    fn scale4(n4: u32) -> vec4f { return bitcast<vec4f>(weight[${codes / bytes}u + n4]); }
    fn factor4(group: u32, n4: u32) -> vec4f {
      let at = group * ${vectors}u + n4;
      let pair = weight[${(codes + scales) / bytes}u + (at >> 1u)];
      let halves = select(pair.xy, pair.zw, (at & 1u) == 1u);
      return vec4f(unpack2x16float(halves.x), unpack2x16float(halves.y));
    }
    #else
    fn scale4(n4: u32) -> vec4f {
      let at = ${codes / bytes}u + 2u * n4;
      return vec4f(bitcast<vec2f>(weight[at]), bitcast<vec2f>(weight[at + 1u]));
    }
    fn factor4(group: u32, n4: u32) -> vec4f {
      let at = ${(codes + scales) / 4}u + group * ${vectors}u + n4;
      let pair = weight[at >> 1u];
      let s = unpack4x8snorm(select(pair.x, pair.y, (at & 1u) == 1u));
      return s * s * s;
    }
    fn levels(bytes: u32, linear: vec4f, cubic: vec4f) -> vec4f {
      let s = unpack4x8snorm(bytes & 0xf0f0f0f0u);
      return s * (linear + cubic * (s * s));
    }
    #endif`;
  const load = (j: number) => wgsl`
    let w${j} = weight[quad * ${vectors}u + n${j}];
    let factor${j} = factor4(quad / ${GROUP[format] / 4}u, n${j});`;
  if (format === "q8") {
    const row = (k: string, j: number) => `(unpack4x8snorm(w${j}[${k}]) * factor${j})`;
    return { declarations, prepare: load, row, sum: "sum * scale4(n4)" };
  }
  return {
    declarations,
    prepare: (j) => wgsl`
      ${load(j)}
      let linear${j} = ${LEVEL.linear} * factor${j};
      let cubic${j} = ${LEVEL.cubic} * factor${j};`,
    row: (k, j) => `levels(w${j}[(${k}) >> 1u] << (4u * ((${k}) & 1u)), linear${j}, cubic${j})`,
    sum: "sum * scale4(n4)",
  };
}
