import type { AttentionLoads } from "./attention-loads.ts";
import { OF_QUAD, OWN_PARAMETER, turnOf } from "./quad-order.ts";

/** Of four numbers that a quad shares each of its invocations loads one, and they swap them; needs subgroups of any size. */
export const ATTENTION_SWAPS: AttentionLoads = {
  name: "subgroup swaps",
  directives: "enable subgroups;",
  declarations: OF_QUAD,
  parameter: OWN_PARAMETER,
  query: (base) => `ofQuad(qkv1(${base}, c, own % 4u))`,
  key: (base) => `vec4f(${[0, 1, 2, 3].map((k) => `qkv1(${base}, c, ${turnOf(k)})`).join(", ")})`,
  weights: (at) => `ofQuad(scores[${at}][own % 4u])`,
  turn: turnOf,
};
