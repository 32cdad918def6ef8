import { relativePositionBias as relativePositionBiasKernel } from "../../../kernels/relative-position-bias.ts";
import type { Tensor } from "../../../runtime/graph/graph.ts";
import type { Ops } from "../../network/ops.ts";

/**
 * A bias for attention `[heads, T, T]` from the table of a grid `[1, 2 · h − 1, 2 · w − 1, heads]`; with the rows of the
 * class token `[3, heads]` if there is one.
 */
export function relativePositionBias(ops: Ops, table: Tensor, classToken?: Tensor): Tensor {
  const [, down, across, heads] = table.shape as [number, number, number, number];
  const params = { height: (down + 1) / 2, width: (across + 1) / 2, heads, classToken: classToken !== undefined };
  return ops.run(
    ops.nameOf("bias", table),
    (precision) => relativePositionBiasKernel({ ...params, precision }),
    table,
    ...(classToken ? [classToken] : []),
  );
}
