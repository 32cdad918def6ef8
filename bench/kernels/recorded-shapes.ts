import type { ModelConfig } from "../../src/model/config/config.ts";
import { dptWeights } from "../../src/model/network/dpt.ts";
import { forwardGraph } from "../../src/model/runs/forward.ts";
import { byteLength, type Precision } from "../../src/runtime/graph/tensor.ts";

/** A kernel at a shape, as a forward pass has it. */
export interface RecordedShape {
  readonly label: string;
  /** How often it runs for one picture. */
  readonly times: number;
  /** What it takes of all operations, or of all least bytes of the pass, whichever is more. */
  readonly share: number;
}

/** The distinct shapes of a forward pass over a picture of `size × size`, convolutions direct, as it is recorded. */
export async function recordedShapes(
  config: ModelConfig,
  size: number,
  precision: Precision,
): Promise<RecordedShape[]> {
  const pixels = [1, config.backbone.channelsIn, size, size];
  const { dispatches } = forwardGraph(config, await dptWeights(config, precision, "direct"), precision, pixels);
  const shapes = new Map<string, { times: number; flops: number; bytes: number }>();
  const all = { flops: 0, bytes: 0 };
  for (const { kernel, inputs, output } of dispatches) {
    const bytes = [...inputs, output].reduce((sum, tensor) => sum + byteLength(tensor), 0);
    const shape = shapes.get(kernel.label) ?? { times: 0, flops: 0, bytes: 0 };
    shapes.set(kernel.label, shape);
    shape.times++;
    for (const sum of [shape, all]) {
      sum.flops += kernel.flops;
      sum.bytes += bytes;
    }
  }
  return [...shapes].map(([label, { times, flops, bytes }]) => {
    return { label, times, share: Math.max(flops / all.flops, bytes / all.bytes) };
  });
}
