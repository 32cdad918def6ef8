import type { NamedTensor } from "../runtime/read-tensors.ts";
import type { RunInputs } from "../runtime/session.ts";
import type { Shape } from "../runtime/tensor.ts";
import { inPyTorchLayout } from "./forward.ts";
import { jobOf } from "./job-of.ts";
import { countOf, isNotFinite } from "./predictions.ts";
import type { Answering } from "./tally.ts";

/**
 * Runs the network alone on `pixel_values` as they are stored.
 * @returns tensors by name, in PyTorch's layout
 * @throws NumberError if one of them is not finite
 */
export async function runForward(
  { runs, model }: Answering,
  shape: Shape,
  pixels: RunInputs[string],
  stages: boolean,
): Promise<Map<string, NamedTensor>> {
  const inputs = { pixel_values: pixels };
  const job = jobOf(model, { pixelValues: shape, stages });
  return runs.finite({ call: "forward", job, inputs }, async (compiled) => {
    const { outputs } = await compiled.session.run(inputs);
    const tensors = [...compiled.graph.outputs].map(
      ([name, tensor]) => [name, inPyTorchLayout(tensor, outputs.get(name)!)] as const,
    );
    const broken = tensors
      .map(([name, { data: values }]) => ({ name, values, count: countOf(values, isNotFinite) }))
      .find(({ count }) => count > 0);
    return {
      answer: new Map(tensors),
      broken: broken && `${broken.count} of ${broken.values.length} values of ${broken.name}`,
    };
  });
}
