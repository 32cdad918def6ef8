import type { ModelConfig } from "../../src/model/config/config.ts";
import { dptWeights } from "../../src/model/network/dpt.ts";
import type { Shape } from "../../src/runtime/graph/tensor.ts";

/** How the elements of a tensor are spread. */
export interface Spread {
  readonly mean: number;
  readonly deviation: number;
}

/** A tensor of a checkpoint that is drawn instead of trained. */
export interface SeededTensor extends Spread {
  readonly name: string;
  /** As in PyTorch. */
  readonly shape: Shape;
}

/** Every tensor that a model reads, spread so that its activations stay finite and near 1. */
export async function seededTensors(config: ModelConfig): Promise<SeededTensor[]> {
  const sources = (await dptWeights(config, "f32")).leaves.flatMap((leaf) => leaf.sources);
  // Several weights may be made of one tensor: the two halves of a readout, a norm folded into weight and bias.
  const shapes = new Map(sources.map(({ name, shape }) => [name, shape]));
  return [...shapes].map(([name, shape]) => ({ name, shape, ...spreadOf(name, shape, config) }));
}

function spreadOf(name: string, shape: Shape, config: ModelConfig): Spread {
  const leaf = name.slice(name.lastIndexOf(".") + 1);
  switch (leaf) {
    case "weight":
      // Of a norm, if it is a vector.
      if (shape.length === 1) return { mean: 1, deviation: 0.1 };
      return { mean: 0, deviation: fanIn(name, shape, config) ** -0.5 };
    case "running_var":
      return { mean: 1, deviation: 0.1 };
    case "lambda1":
      return { mean: 0.1, deviation: 0.02 };
    case "bias":
      // A depth of which the last ReLU leaves something.
      return shape[0] === 1 ? { mean: 4, deviation: 0 } : { mean: 0, deviation: 0.02 };
    default:
      return { mean: 0, deviation: 0.1 };
  }
}

/** Products that are summed for one output. */
function fanIn(name: string, shape: Shape, { decoders }: ModelConfig): number {
  const stage = /\.reassemble_stage\.layers\.(\d+)\.resize\.weight$/.exec(name)?.[1];
  // A transposed convolution, `[in, out, k, k]`, whose stride is its window: one tap reaches each output.
  if (stage !== undefined && decoders[0]!.reassemble.factors[Number(stage)]! > 1) return shape[0]!;
  return shape.slice(1).reduce((product, size) => product * size, 1);
}
