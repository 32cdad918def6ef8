import type { Tensor } from "../../runtime/graph.ts";
import type { Extent } from "../ops.ts";

/** What a neck receives. */
export interface BackboneOutput {
  /** Tokens `[N, 1 + h · w, D]` from four depths, the class token first. */
  readonly taps: readonly Tensor[];
  /** `h × w`, the patches that the tokens stand for. */
  readonly grid: Extent;
}
