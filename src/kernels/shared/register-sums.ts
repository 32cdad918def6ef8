import { unroll } from "./unroll.ts";
import { wgsl } from "./wgsl.ts";

/** The sums that an invocation owns, `sum${i}_${j}` of `rows` × `columns` vec4, as WGSL text. */
export interface RegisterSums {
  /** A text for each of them. */
  readonly each: (text: (i: number, j: number) => string) => string;
  readonly declarations: string;
  /** Adds the products of `a${i}[k]`, for the four k of a vec4, with rows of the other side. */
  readonly multiplyAdd: (row: (k: number, j: number) => string) => string;
}

export function registerSums({ rows, columns }: Readonly<Record<"rows" | "columns", number>>): RegisterSums {
  const each: RegisterSums["each"] = (text) => unroll(rows, (i) => unroll(columns, (j) => text(i, j)));
  return {
    each,
    declarations: each((i, j) => `var sum${i}_${j} = vec4f();`),
    multiplyAdd: (row) =>
      unroll(
        4,
        (k) => wgsl`
          ${unroll(columns, (j) => `let b${k}_${j} = ${row(k, j)};`)}
          ${each((i, j) => `sum${i}_${j} = fma(vec4f(a${i}[${k}]), b${k}_${j}, sum${i}_${j});`)}`,
      ),
  };
}
