import { expect, test } from "vitest";
import { filesFromFolder } from "../../cli/node-files.ts";
import { dptWeights } from "../../src/model/network/dpt.ts";
import { openFolder } from "../../src/model/open-folder.ts";
import { forwardGraph } from "../../src/model/runs/forward.ts";
import { mostParts } from "../../src/runtime/submits/most-parts.ts";
import { LEAST_TRAITS } from "../least-traits.ts";

const M = 8;
const traits = {
  ...LEAST_TRAITS,
  f16: true,
  subgroups: true,
  subgroupSize: 32,
  subgroupMatrices: [{ M, N: M, K: M, componentType: "f32", resultComponentType: "f32" } as const],
  workgroupBytes: 32768,
  invocations: 1024,
};

test("every kernel of every backbone can be cut, whatever its path", async () => {
  const seen = new Set<string>();
  for (const name of ["dpt-vit-seg", "dpt-beit-depth", "dpt-swinv2-depth", "dpt-hybrid-seg", "tipsv2-dpt-swiglu"]) {
    const { config } = await openFolder(filesFromFolder(`test/fixtures/cases/${name}`));
    for (const convolution of ["direct", "winograd"] as const) {
      const graph = forwardGraph(config, await dptWeights(config, "f32", convolution), "f32", [1, 3, 64, 64]);
      const paths = await Promise.all(graph.dispatches.map(({ kernel }) => kernel.paths?.(traits) ?? []));
      const stages = paths.flat().flatMap((path) => path.stages);
      const kernels = [...graph.dispatches, ...stages].map(({ kernel }) => kernel);
      for (const kernel of kernels) {
        if (seen.has(kernel.code)) continue;
        seen.add(kernel.code);
        const workgroups = kernel.workgroups.reduce((product, size) => product * size);
        expect(mostParts(kernel), `${name}: ${kernel.label}, ${kernel.path}`).toBe(workgroups);
      }
    }
  }
  expect(seen.size).toBeGreaterThan(200);
});
