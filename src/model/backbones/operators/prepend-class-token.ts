import { prependClassToken as prependClassTokenKernel } from "../../../kernels/prepend-class-token.ts";
import type { Tensor } from "../../../runtime/graph/graph.ts";
import { elementCount } from "../../../runtime/graph/tensor.ts";
import type { Weight } from "../../../runtime/graph/weight.ts";
import type { Ops } from "../../network/ops.ts";

/** Equation 1 of the ViT paper for patches that are the pixels of a map: `[N, h, w, D]` → `[N, 1 + h · w, D]`. */
export function prependClassToken(ops: Ops, x: Tensor, classToken: Weight, positions: Tensor): Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const params = { batch, height, width, channels };
  return ops.run(
    classToken.label,
    (precision) => prependClassTokenKernel({ ...params, precision }),
    x,
    ops.graph.reshape(ops.graph.weight(classToken), [elementCount(classToken.shape)]),
    positions,
  );
}
