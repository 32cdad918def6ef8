import { expect, test } from "vitest";
import { parseConfig } from "../../../src/model/config/parse-config.ts";
import { dptWeights } from "../../../src/model/network/dpt.ts";
import * as network from "../../../src/model/network.ts";
import { parseProcessor } from "../../../src/model/pictures/processor.ts";
import { batchJob } from "../../../src/model/runs/job.ts";
import { UsageError } from "../../../src/runtime/errors.ts";

const picture = { width: 40, height: 30 };

async function jobOf(fields: object, size: number) {
  const config = parseConfig({ architectures: ["DPTForDepthEstimation"], num_hidden_layers: 12, ...fields });
  const weights = await dptWeights(config, "f32");
  const model = { config, processor: parseProcessor({ size }), weights, precision: "f32", network } as const;
  return batchJob(model, { groups: [{ picture, count: 1 }] });
}

test("refuses pictures for a network that takes other channels than theirs, or is too large for them", async () => {
  expect((await jobOf({}, 16)).network).toEqual({ width: 16, height: 16 });
  for (const [fields, size, got] of [
    [{ num_channels: 4 }, 16, "16x16 for 4"],
    [{ num_channels: 1 }, 64, "64x64 for 1"],
    [{}, 15, "15x15 for 3"],
  ] as const) {
    const job = jobOf(fields, size);
    await expect(job).rejects.toThrow(UsageError);
    await expect(job).rejects.toThrow(`want at least one 16x16 patch for a network of 3 channels, got ${got}.`);
  }
});
