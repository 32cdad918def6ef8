import type { Tensor } from "../../runtime/graph/graph.ts";
import type { Extent, Ops } from "../network/ops.ts";

/** What a neck receives. */
export interface BackboneOutput {
  /**
   * From four depths, fine to coarse where they differ in resolution: tokens `[N, R + h · w, D]`, the class token first, or
   * a map `[N, H, W, C]` for a stage that is not reassembled.
   */
  readonly taps: readonly Tensor[];
  /** `h × w`, the patches that the tokens stand for. */
  readonly grid: Extent;
  /** R, tokens before the patches: 1, the class token, if left out; with registers more. */
  readonly leading?: number;
}

/** A backbone whose weights are bound: pixels `[N, 3, H, W]` to what the neck receives. */
export type Backbone = (ops: Ops, pixels: Tensor) => BackboneOutput;
