import { elementCount, type TensorSpec } from "../../runtime/tensor.ts";
import { storage } from "./storage.ts";
import { GROUP, isQuantized, LEVEL, quantizedLayout, type WeightFormat } from "./weight-format.ts";
import { wgsl } from "./wgsl.ts";

/**
 * How a product gets at its weight, as WGSL text. In scope are `quad: u32`, the number of four rows, and `n${j}: u32`, a
 * number of four columns.
 */
export interface WeightLoads {
  /** The binding, and functions that the other texts call. */
  readonly declarations: string;
  /** Statements before the four rows, for each `j`. */
  readonly prepare: (j: number) => string;
  /** `vec4f` expression: row `4 · quad + k`, columns `4 · n${j} …`. */
  readonly row: (k: number, j: number) => string;
  /** `vec4f` expression of the finished `sum` of columns `4 · n4 …`. */
  readonly sum: string;
}

/** Loads of a weight `[rows, columns]`, both multiples of 4, of a spec as `weightSpec` makes it. */
export function loadWeight(
  format: WeightFormat,
  spec: TensorSpec,
  [rows, columns]: readonly [number, number],
  binding: number,
): WeightLoads {
  const vectors = columns / 4;
  if (!isQuantized(format)) {
    return {
      declarations: storage(binding, "read", "weight", spec, 4),
      prepare: (j) => `let w${j} = quad * ${4 * vectors}u + n${j};`,
      row: (k, j) => `vec4f(weight[w${j} + ${k * vectors}u])`,
      sum: "sum",
    };
  }
  const { codes, factors } = quantizedLayout(format, rows, columns);
  const width = format === "q8" ? 4 : 2;
  const declare = wgsl`@group(0) @binding(${binding}) var<storage, read> weight: array<vec${width}u, ${elementCount(spec.shape) / width}>;`;
  const load = (j: number) => `let w${j} = weight[quad * ${vectors}u + n${j}];`;
  if (format === "q8") {
    return {
      // Four bytes with their signs, by shifts: unpack4xI8 is a language feature that not every browser has.
      declarations: wgsl`
        ${declare}
        fn codes(word: u32) -> vec4f {
          return vec4f(bitcast<vec4i>(vec4u(word) << vec4u(24u, 16u, 8u, 0u)) >> vec4u(24u));
        }
        fn scale4(n4: u32) -> vec4f { return bitcast<vec4f>(weight[${codes / 16}u + n4]); }`,
      prepare: load,
      row: (k, j) => `codes(w${j}[${k}])`,
      sum: "sum * scale4(n4)",
    };
  }
  return {
    declarations: wgsl`
      ${declare}
      fn levels(word: u32, places: vec4u, linear: vec4f, cubic: vec4f) -> vec4f {
        let code = vec4f(bitcast<vec4i>(vec4u(word) << places) >> vec4u(28u));
        return code * (linear + cubic * (code * code));
      }
      fn factor4(group: u32, n4: u32) -> vec4f {
        let halves = weight[${codes / 8}u + group * ${vectors}u + n4];
        return vec4f(unpack2x16float(halves.x), unpack2x16float(halves.y));
      }
      fn scale4(n4: u32) -> vec4f {
        let at = ${(codes + factors) / 8}u + 2u * n4;
        return vec4f(bitcast<vec2f>(weight[at]), bitcast<vec2f>(weight[at + 1u]));
      }`,
    prepare: (j) => wgsl`
      ${load(j)}
      let factor${j} = factor4(quad / ${GROUP / 4}u, n${j});
      let linear${j} = ${LEVEL.linear} * factor${j};
      let cubic${j} = ${LEVEL.cubic} * factor${j};`,
    row: (k, j) => {
      const places = k % 2 === 0 ? "vec4u(24u, 16u, 8u, 0u)" : "vec4u(28u, 20u, 12u, 4u)";
      return `levels(w${j}[${k >> 1}], ${places}, linear${j}, cubic${j})`;
    },
    sum: "sum * scale4(n4)",
  };
}
