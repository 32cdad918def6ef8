import type { Tensor } from "../../runtime/graph.ts";
import type { Extent, Ops } from "../ops.ts";

/** What a neck receives. */
export interface BackboneOutput {
  /**
   * From four depths, fine to coarse where they differ in resolution: tokens `[N, 1 + h · w, D]`, the class token first, or
   * a map `[N, H, W, C]` for a stage that is not reassembled.
   */
  readonly taps: readonly Tensor[];
  /** `h × w`, the patches that the tokens stand for. */
  readonly grid: Extent;
}

/** A backbone whose weights are bound: pixels `[N, 3, H, W]` to what the neck receives. */
export type Backbone = (ops: Ops, pixels: Tensor) => BackboneOutput;
