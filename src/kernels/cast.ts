import type { Kernel } from "../runtime/graph/kernel.ts";
import { elementCount, type Precision, type Shape, type TensorSpec } from "../runtime/graph/tensor.ts";
import { eachItem, itemWorkgroups } from "./shared/each-item.ts";
import { enable, lanes, storage, vector } from "./shared/storage.ts";
import { wgsl } from "./shared/wgsl.ts";

export interface CastParams {
  readonly shape: Shape;
  readonly from: Precision;
  readonly to: Precision;
}

/** x of any shape → the same numbers stored otherwise; past 65504, f16's largest, they become infinite. */
export function cast({ shape, from, to }: CastParams): Kernel {
  const x: TensorSpec = { shape, dtype: from };
  const y: TensorSpec = { shape, dtype: to };
  const width = lanes(elementCount(shape));
  const count = elementCount(shape) / width;
  return {
    label: `cast [${shape.join(", ")}] ${from} → ${to}`,
    inputs: [x],
    output: y,
    workgroups: itemWorkgroups(count),
    flops: 0,
    code: wgsl`
      ${enable(from === "f16" ? from : to)}
      ${storage(0, "read", "x", x, width)}
      ${storage(1, "read_write", "y", y, width)}

      ${eachItem(count)`
        y[i] = ${vector(to, width)}(x[i]);
      `}`,
  };
}
