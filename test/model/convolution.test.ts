import { expect, test } from "vitest";
import { filesFromFolder } from "../../cli/node-files.ts";
import { parseConfig } from "../../src/model/config/parse-config.ts";
import { dptWeights } from "../../src/model/network/dpt.ts";
import { forwardGraph } from "../../src/model/runs/forward.ts";
import { readJson } from "../../src/runtime/sources/read-json.ts";
import { testDevice } from "../device.ts";
import { verifyCase } from "../verify-case.ts";

const CASES = "test/fixtures/cases/";

/** How often each kernel runs in a forward pass of a case, by its name. */
async function kernelsOf(folder: string, convolution: "auto" | "direct" | "winograd") {
  const config = parseConfig(await readJson(filesFromFolder(CASES + folder), "config.json", { required: true }));
  const graph = forwardGraph(config, await dptWeights(config, "f32", convolution), "f32", [1, 3, 32, 32]);
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
