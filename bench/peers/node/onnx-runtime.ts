import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { type Open, pixelValues } from "../contestant.ts";

/** ONNX Runtime's Node package on one of its backends, everything else left as it comes. */
export function onnxRuntime(backend: "webgpu" | "cpu"): Open {
  return async (task) => {
    const session = await InferenceSession.create(join(task.onnx, "onnx/model.onnx"), {
      executionProviders: [backend],
    });
    const pixels = new Tensor("float32", pixelValues(task), task.shape);
    return {
      async run() {
        const outputs = await session.run({ pixel_values: pixels });
        return outputs[session.outputNames[0]!]!.data;
      },
    };
  };
}
