import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { exportModel } from "../../bench/peers/export-onnx/export-model.ts";
import type { OnnxGraph } from "../../bench/peers/export-onnx/onnx-graph.ts";
import { parseConfig } from "../../src/model/config/parse-config.ts";
import { dptWeights } from "../../src/model/network/dpt.ts";
import { elementCount } from "../../src/runtime/graph/tensor.ts";

/** What breaks ONNX's rules: names are given once and before they are used, and nothing is there for nothing. */
function brokenRules(graph: OnnxGraph): string[] {
  const broken: string[] = [];
  const defined = new Set([...graph.inputs.map(({ name }) => name), ...graph.constants.keys()]);
  const used = new Set(graph.outputs.map(({ name }) => name));
  for (const { type, inputs, output } of graph.nodes) {
    for (const name of inputs.filter((input) => input !== "")) {
      if (!defined.has(name)) broken.push(`${type} uses ${name} before it is there`);
      used.add(name);
    }
    if (defined.has(output)) broken.push(`${output} is given twice`);
    defined.add(output);
  }
  for (const name of used) if (!defined.has(name)) broken.push(`nothing gives ${name}`);
  for (const name of defined) if (!used.has(name)) broken.push(`nothing uses ${name}`);
  return broken;
}

/** The graph of a case's config.json on zeros, and the tensors of the checkpoint that it never read. */
async function exported(name: string, shape: readonly number[], attention: "plain" | "fused" = "plain") {
  const file = new URL(`../fixtures/cases/${name}/config.json`, import.meta.url);
  const config = parseConfig(JSON.parse(await readFile(file, "utf8")));
  const sources = (await dptWeights(config, "f32")).leaves.flatMap((leaf) => leaf.sources);
  const shapes = new Map(sources.map((source) => [source.name, source.shape]));
  const unread = new Set(shapes.keys());
  const lookup = (tensor: string) => {
    unread.delete(tensor);
    const stored = shapes.get(tensor);
    if (!stored) throw new Error(`no tensor ${tensor}`);
    return { shape: stored, data: new Float32Array(elementCount(stored)) };
  };
  const graph = exportModel(config, lookup, { shape, precision: "f16", attention });
  return { graph, unread };
}

describe("exportModel", () => {
  test.each([
    ["dpt-vit-seg", [1, 3, 64, 64], [1, 7, 64, 64]],
    ["dpt-vit-seg-wide", [1, 3, 64, 112], [1, 7, 64, 128]],
    ["dpt-vit-seg-add", [2, 3, 64, 64], [2, 7, 64, 64]],
    ["dpt-vit-depth", [1, 3, 64, 64], [1, 64, 64]],
    ["dpt-dinov2-depth", [1, 3, 70, 98], [1, 96, 128]],
    ["depth-anything-v2", [1, 3, 98, 70], [1, 98, 70]],
    ["depth-anything-giant", [1, 3, 70, 70], [1, 70, 70]],
  ])("keeps ONNX's rules: %s at %j", async (name, shape, answer) => {
    const { graph, unread } = await exported(name, shape);
    expect(brokenRules(graph)).toEqual([]);
    expect([...unread]).toEqual([]);
    expect(graph.inputs).toEqual([{ name: "pixel_values", shape }]);
    expect(graph.outputs.map((output) => output.shape)).toEqual([answer]);
  });

  test("names a backbone that has not been written in ONNX's operators", async () => {
    const wanted = /^export: want the backbone vit or dinov2, got hybrid\. /;
    await expect(exported("dpt-hybrid-seg", [1, 3, 64, 64])).rejects.toThrow(wanted);
  });

  test("stores weights in the precision asked for, positions in f32, shapes as integers", async () => {
    const { graph } = await exported("dpt-vit-depth", [1, 3, 64, 64]);
    const constants = [...graph.constants.values()];
    const names = (dtype: string) => constants.filter((constant) => constant.dtype === dtype).map(({ name }) => name);
    expect(names("f32")).toEqual(["dpt.embeddings.position_embeddings"]);
    for (const name of names("i64")) expect(name).toMatch(/^integers/);
    expect(graph.constants.get("neck.convs.0.weight")!.bytes).toHaveLength(
      2 * elementCount(graph.constants.get("neck.convs.0.weight")!.shape),
    );
  });

  test("has no softmax of its own where attention is one operator", async () => {
    const types = ({ nodes }: OnnxGraph) => nodes.map(({ type }) => type);
    const [plain, fused] = [
      await exported("dpt-vit-depth", [1, 3, 64, 64]),
      await exported("dpt-vit-depth", [1, 3, 64, 64], "fused"),
    ];
    expect(types(plain.graph).filter((type) => type === "Softmax")).toHaveLength(4);
    expect(types(fused.graph)).not.toContain("Softmax");
    expect(brokenRules(fused.graph)).toEqual([]);
  });
});
