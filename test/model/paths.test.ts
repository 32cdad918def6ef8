import { describe, expect, test } from "vitest";
import { filesFromFolder } from "../../cli/node-files.ts";
import { DPT, readTensors, verifyStages } from "../../src/index.ts";
import { traitsOf } from "../../src/runtime/device/device.ts";
import { pathDevice } from "../path-device.ts";

const device = await pathDevice();
const { f16, subgroups, subgroupMatrices } = traitsOf(device);
// SwiftShader, which has no f16, runs them in f32; so whatever has it need not.
const dtype = f16 ? "f16" : "f32";
const kinds = [
  "workgroup tiles",
  ...(subgroups ? ["subgroup"] : []),
  ...(f16 && subgroupMatrices.length > 0 ? ["subgroup matrices"] : []),
];

describe(`the reference cases in ${dtype}, stage by stage as PyTorch, by`, () => {
  describe.each(kinds)("%s", (kind) => {
    test.each(["dpt-vit-seg", "depth-anything-v2"])(
      "%s",
      async (name) => {
        const files = filesFromFolder(`test/fixtures/cases/${name}`);
        const read = async (file: string) => readTensors((await files.open(file))!);
        const input = (await read("input.safetensors")).get("pixel_values")!;
        // Directly, so that convolutions go that way too.
        using model = await DPT.load(files, { device, dtype, paths: [kind], convolution: "direct" });
        const { kernels } = await model.plan({ pixelValues: input.shape, stages: true });
        const taken = kernels.filter(({ path }) => path?.startsWith(kind));
        expect(taken.length).toBeGreaterThan(5);
        for (const { why } of taken) expect(why).toMatch(/^as asked|^the only one/);
        const got = await model.forward(input, { stages: true });
        const reports = verifyStages(got, await read("expected.safetensors"), { precision: dtype });
        expect(reports).toHaveLength(9);
        for (const { stage, problem } of reports) expect(problem, stage).toBeUndefined();
      },
      600_000,
    );
  });
});
