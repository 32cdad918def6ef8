import type * as OnnxRuntime from "onnxruntime-web/wasm";
import { type Open, pixelValues } from "../contestant.ts";

/** ONNX Runtime's web package on one of its backends, everything else left as it comes. */
export function onnxRuntime({ InferenceSession, Tensor }: typeof OnnxRuntime, backend: "webgpu" | "wasm"): Open {
  return async (task) => {
    const session = await InferenceSession.create(`${task.onnx}/onnx/model.onnx`, {
      executionProviders: [backend],
      externalData: [{ path: "model.onnx_data", data: `${task.onnx}/onnx/model.onnx_data` }],
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
