import { wgsl } from "./wgsl.ts";

/**
 * Numbers that the four invocations of a quad all need, one loaded by each: `ofQuad(own)` gives every invocation all four,
 * in an order of its own: the `j`-th is the one that invocation `own ^ j` has loaded.
 */
export const OF_QUAD = wgsl`
  fn ofQuad(own: f32) -> vec4f {
    return vec4f(own, quadSwapX(own), quadSwapY(own), quadSwapDiagonal(own));
  }`;

/** Parameter of an entry point, from which `own % 4u` is the invocation's place in its quad. */
export const OWN_PARAMETER = "@builtin(subgroup_invocation_id) own: u32,";

/** `u32` expression: which of the four comes as number `j`. */
export const turnOf = (j: number) => `((own ^ ${j}u) % 4u)`;
