import { describe, expect, test } from "vitest";
import { filesFromFolder } from "../../cli/node-files.ts";
import { DPT, readTensors } from "../../src/index.ts";
import { parseConfig } from "../../src/model/config/parse-config.ts";
import { dptWeights } from "../../src/model/network/dpt.ts";
import { forwardGraph } from "../../src/model/runs/forward.ts";
import { readJson } from "../../src/runtime/sources/read-json.ts";
import { testDevice } from "../device.ts";
import { verifyCase } from "../verify-case.ts";

const CASES = "test/fixtures/cases/";

/** How often each kernel runs in a forward pass of a case, by its name. */
async function kernelsOf(
  folder: string,
  convolution: "auto" | "direct" | "winograd",
  { format, size = 32, batch = 1 }: { format?: "q8" | "q4"; size?: number; batch?: number } = {},
) {
  const config = parseConfig(await readJson(filesFromFolder(CASES + folder), "config.json", { required: true }));
  const weights = await dptWeights(config, "f32", convolution, format && { format, stored: false });
  const graph = forwardGraph(config, weights, "f32", [batch, 3, size, size]);
  const counts = new Map<string, number>();
  for (const { kernel } of graph.dispatches) {
    const name = kernel.label.split(" ")[0]!;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return (name: string) => counts.get(name) ?? 0;
}

test("the reference cases go by Winograd unless told otherwise", async () => {
  const [auto, direct, all] = [
    await kernelsOf("dpt-vit-seg", "auto"),
    await kernelsOf("dpt-vit-seg", "direct"),
    await kernelsOf("dpt-vit-seg", "winograd"),
  ];
  expect(auto("winogradProduct")).toBeGreaterThan(10);
  expect([auto("winogradInput"), auto("winogradOutput")]).toEqual(Array(2).fill(auto("winogradProduct")));
  // The one of stride 2, and those of few channels.
  expect(auto("conv2d")).toBeGreaterThan(0);
  expect(all("conv2d")).toBe(1);
  expect(direct("winogradProduct")).toBe(0);
  for (const counts of [auto, all]) expect(counts("conv2d") + counts("winogradProduct")).toBe(direct("conv2d"));
});

describe.each(["q8", "q4"] as const)("quantised to %s", (format) => {
  test("convolutions go by Winograd where the map is large enough for a transform at each run", async () => {
    const [small, large, several, direct, all] = [
      await kernelsOf("dpt-vit-seg", "auto", { format }),
      await kernelsOf("dpt-vit-seg", "auto", { format, size: 512 }),
      await kernelsOf("dpt-vit-seg", "auto", { format, batch: 256 }),
      await kernelsOf("dpt-vit-seg", "direct", { format, size: 512 }),
      await kernelsOf("dpt-vit-seg", "winograd", { format }),
    ];
    // Of a picture of 32² most maps have fewer than 16² pixels.
    const whole = await kernelsOf("dpt-vit-seg", "auto");
    expect(small("winogradWeight")).toBeGreaterThan(0);
    expect(small("winogradWeight")).toBeLessThan(whole("winogradProduct"));
    expect(large("winogradWeight")).toBe(whole("winogradProduct"));
    // A batch's maps count together.
    expect(several("winogradWeight")).toBe(whole("winogradProduct"));
    expect([direct("winogradWeight"), direct("winogradProduct")]).toEqual([0, 0]);
    expect([all("winogradWeight"), all("conv2d")]).toEqual([all("winogradProduct"), 1]);
  });

  test("the answer is that of direct convolutions, from the same bytes", async () => {
    const files = filesFromFolder(`${CASES}dpt-vit-seg`);
    const pixels = (await readTensors((await files.open("input.safetensors"))!)).get("pixel_values")!;
    const answer = async (convolution: "direct" | "winograd") => {
      using model = await DPT.load(files, { device: await testDevice(), dtype: format, convolution });
      return { logits: (await model.forward(pixels)).get("logits")!.data, bytes: model.memory.weights };
    };
    const [direct, transformed] = [await answer("direct"), await answer("winograd")];
    expect(transformed.bytes).toBe(direct.bytes);
    const largest = direct.logits.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const off = direct.logits.reduce((most, y, i) => Math.max(most, Math.abs(y - transformed.logits[i]!)), 0);
    // As f32 by Winograd errs, over all layers; quantising errs a hundred times as much.
    expect(off).toBeGreaterThan(0);
    expect(off / largest).toBeLessThan(2e-5);
  });
});

test.each([
  ["dpt-vit-seg", "direct"],
  ["dpt-vit-seg", "winograd"],
  ["dpt-hybrid-seg", "winograd"],
  ["depth-anything-metric", "direct"],
] as const)("%s, %s", async (folder, convolution) => {
  const reports = await verifyCase(filesFromFolder(CASES + folder), { device: await testDevice(), convolution });
  expect(reports.length).toBeGreaterThan(8);
  for (const { stage, problem } of reports) expect(problem, stage).toBeUndefined();
});
