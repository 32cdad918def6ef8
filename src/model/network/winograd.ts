import type { Epilogue } from "../../kernels/shared/epilogue.ts";
import { bandSizes, planWinograd, type WinogradPlan } from "../../kernels/shared/winograd-plan.ts";
import type { WinogradSide } from "../../kernels/shared/winograd-transforms.ts";
import { winogradInput } from "../../kernels/winograd-input.ts";
import { winogradOutput } from "../../kernels/winograd-output.ts";
import { winogradProduct } from "../../kernels/winograd-product.ts";
import type { Graph, Tensor } from "../../runtime/graph/graph.ts";
import type { Precision } from "../../runtime/graph/tensor.ts";

export interface WinogradParams extends Epilogue {
  readonly side: WinogradSide;
  readonly channelsOut: number;
  /** Whether x passes a ReLU on the way in. */
  readonly relu?: boolean;
  /** Bytes that a transformed map may have; if left out, as measured. */
  readonly bandBytes?: number;
  readonly precision: Precision;
}

/**
 * Records a convolution with a 3×3 window, stride 1 and padding 1 as three kernels a band of tiles, the same three for
 * all bands.
 * @param x `[N, H, W, C]`
 * @param weight as `packConv2d` makes it of `winogradFilters`
 * @param added what the epilogue reads: bias, residuals
 * @returns `[N, H, W, O]`
 */
export function winograd(
  graph: Graph,
  params: WinogradParams,
  x: Tensor,
  weight: Tensor,
  added: readonly Tensor[],
): Tensor {
  const [batch, height, width, channelsIn] = x.shape as [number, number, number, number];
  const plan = planWinograd({ ...params, batch, height, width, channelsIn });
  const [input, product, output] = [
    winogradInput({ ...params, ...plan }),
    winogradProduct({ ...plan, precision: weight.dtype as Precision }),
    winogradOutput({ ...params, ...plan }),
  ];
  let y: Tensor | undefined;
  for (let band = 0; band < plan.bands; band++) {
    const sizes = sizesOf(graph, plan, band * plan.band);
    const transformed = graph.run(input, x, sizes);
    const products = graph.run(product, transformed, weight);
    y = graph.runInto(y, output, products, sizes, ...added);
  }
  return y!;
}

/** What the transforms read about a band; one tensor for all convolutions of a size. */
function sizesOf(graph: Graph, plan: WinogradPlan, first: number): Tensor {
  const sizes = bandSizes(plan, first);
  const label = `tiles ${sizes.join(" ")}`;
  const known = [...graph.constants.keys()].find((constant) => constant.label === label);
  return known ?? graph.constant(label, sizes);
}
