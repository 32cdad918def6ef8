import { openGpu } from "../../../cli/adapter/open-gpu.ts";
import { filesFromFolder } from "../../../cli/node-files.ts";
import { DPT } from "../../../src/index.ts";
import { type Open, pixelValues } from "../contestant.ts";

export const open: Open = async (task) => {
  // Whether in software or not, the environment of this process has been set for it.
  const { adapter } = await openGpu();
  // Measuring ways to compute while the others are timed would cost both.
  const model = await DPT.load(filesFromFolder(task.model), { adapter, dtype: task.precision, tuning: "off" });
  const pixels = { shape: task.shape, data: pixelValues(task) };
  return {
    async run() {
      const [output] = (await model.forward(pixels)).values();
      return output!.data;
    },
  };
};
