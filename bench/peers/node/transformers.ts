import { basename, dirname } from "node:path";
import { AutoModelForDepthEstimation, env, Tensor } from "@huggingface/transformers";
import { type Open, pixelValues } from "../contestant.ts";

/** transformers.js' own class for the model; the network below it is ONNX Runtime's. */
export const open: Open = async (task) => {
  env.allowRemoteModels = false;
  env.localModelPath = dirname(task.onnx);
  const model = await AutoModelForDepthEstimation.from_pretrained(basename(task.onnx), {
    device: "webgpu",
    dtype: "fp32",
    use_external_data_format: true,
  });
  const pixels = new Tensor("float32", pixelValues(task), task.shape);
  return {
    async run() {
      const { predicted_depth } = await model({ pixel_values: pixels });
      return predicted_depth.data;
    },
  };
};
