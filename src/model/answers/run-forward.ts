import type { NamedTensor } from "../../runtime/checkpoints/read-tensors.ts";
import { UsageError } from "../../runtime/errors.ts";
import { elementCount } from "../../runtime/graph/tensor.ts";
import { kindOf } from "../../runtime/kind-of.ts";
import { storeFloats } from "../../runtime/session/store-floats.ts";
import { inPyTorchLayout } from "../runs/forward.ts";
import { jobOf } from "../runs/job-of.ts";
import type { AnswerContext } from "./answer-context.ts";
import { countOf, isNotFinite } from "./predictions.ts";

/**
 * Runs the network alone on `pixel_values`.
 * @returns tensors by name, in PyTorch's layout
 * @throws UsageError for a shape that does not fit, NumberError if one of them is not finite
 */
export async function runForward(
  { runner, model }: AnswerContext,
  { shape, data }: NamedTensor,
  stages: boolean,
): Promise<Map<string, NamedTensor>> {
  if (!Array.isArray(shape) || kindOf(data) !== "Float32Array") {
    const got = `got ${kindOf(shape)} and ${kindOf(data)}`;
    throw new UsageError(
      `forward: want pixel_values as a list for shape and a Float32Array for data, ${got}. Give both.`,
    );
  }
  if (data.length !== elementCount(shape)) {
    const want = `want ${elementCount(shape)} values for [${shape.join(", ")}]`;
    throw new UsageError(`forward: ${want}, got ${data.length}. Check the shape.`);
  }
  const inputs = { pixel_values: storeFloats(data, model.precision) };
  const job = jobOf(model, { pixelValues: shape, stages });
  return runner.finite({ call: "forward", job, inputs }, async (compiled) => {
    const { outputs } = await compiled.session.run(inputs);
    const tensors = [...compiled.graph.outputs].map(
      ([name, tensor]) => [name, inPyTorchLayout(tensor, outputs.get(name)!)] as const,
    );
    const notFinite = tensors
      .map(([name, { data: values }]) => ({ name, values, count: countOf(values, isNotFinite) }))
      .find(({ count }) => count > 0);
    return {
      answer: new Map(tensors),
      notFinite: notFinite && `${notFinite.count} of ${notFinite.values.length} values of ${notFinite.name}`,
    };
  });
}
