import { describe, expect, test } from "vitest";
import { filesFromFolder } from "../../cli/node-files.ts";
import { parseConfig } from "../../src/index.ts";
import { dptWeights } from "../../src/model/network/dpt.ts";
import { parseProcessor } from "../../src/model/pictures/processor.ts";
import { forwardGraph } from "../../src/model/runs/forward.ts";
import { predictGraph } from "../../src/model/runs/predict.ts";
import type { Graph, Tensor } from "../../src/runtime/graph/graph.ts";
import { readJson } from "../../src/runtime/sources/read-json.ts";

const BLOCK = "dpt.encoder.layer.1";
const NECK = "neck.fusion_stage.layers";

async function modelOf(name: string) {
  const files = filesFromFolder(`test/fixtures/cases/${name}`);
  const config = parseConfig(await readJson(files, "config.json", { required: true }));
  return { config, weights: await dptWeights(config, "f16", "direct") };
}

/** The network at 64×64 in f16, with some layers in f32. */
async function record(name: string, ...inF32: readonly string[]): Promise<Graph> {
  const { config, weights } = await modelOf(name);
  return forwardGraph(config, weights, "f16", [1, 3, 64, 64], { inF32: (layer) => inF32.includes(layer) });
}

/** Each dispatch: the layer whose answer it gives, or what it casts to what. */
function steps({ dispatches, layers }: Graph) {
  const nameOf = ({ id, label }: Tensor) => layers.get(id) ?? label;
  return dispatches.map(({ kernel, inputs, output }) => ({
    step: kernel.label.startsWith("cast") ? `cast ${nameOf(inputs[0]!)} to ${output.dtype}` : nameOf(output),
    dtype: output.dtype,
  }));
}

/** Of the graph's dispatches those that store in f32, and all casts. */
async function wide(name: string, ...inF32: readonly string[]): Promise<string[]> {
  return steps(await record(name, ...inF32)).flatMap(({ step, dtype }) =>
    dtype === "f32" || step.startsWith("cast") ? [step] : [],
  );
}

test("all is in f16 unless asked", async () => {
  for (const name of ["dpt-vit-depth", "dpt-vit-seg", "dpt-swinv2-depth", "depth-anything-giant"])
    expect(await wide(name)).toEqual([]);
});

test("a layer inside of a block: what it reads is cast, what reads it is in f32 too, and no more", async () => {
  expect(await wide("dpt-vit-depth", `${BLOCK}.intermediate.dense`)).toEqual([
    `cast ${BLOCK}.layernorm_after to f32`,
    `${BLOCK}.intermediate.dense`,
    // The residual, and the sum: once for all who read it.
    `cast ${BLOCK}.attention.output.dense to f32`,
    `${BLOCK}.output.dense`,
    `cast ${BLOCK}.output.dense to f16`,
  ]);
});

test("a sum of the residual stream: norm and next sum read it as it is", async () => {
  const next = "dpt.encoder.layer.2";
  expect(await wide("dpt-vit-depth", `${BLOCK}.output.dense`)).toEqual([
    `cast ${BLOCK}.intermediate.dense to f32`,
    `cast ${BLOCK}.attention.output.dense to f32`,
    `${BLOCK}.output.dense`,
    `${next}.layernorm_before`,
    `cast ${next}.layernorm_before to f16`,
    `cast attention of ${next}.attention.attention.query+key+value to f32`,
    `${next}.attention.output.dense`,
    // Read by the second norm and by the next sum.
    `cast ${next}.attention.output.dense to f16`,
    // A tap is this sum too: both halves of the readout read it as it is.
    "neck.reassemble_stage.readout_projects.1.0 right",
    "neck.reassemble_stage.readout_projects.1.0 left",
    "cast neck.reassemble_stage.readout_projects.1.0 left to f16",
  ]);
});

describe.each([
  [
    "dpt-vit-depth",
    "dpt.embeddings.patch_embeddings.projection",
    ["cast pixel_values to f32", "cast dpt.embeddings.position_embeddings to f32"],
  ],
  [
    "depth-anything-giant",
    "swiglu of backbone.encoder.layer.1.mlp.weights_in",
    ["cast backbone.encoder.layer.1.mlp.weights_in to f32"],
  ],
  [
    "dpt-vit-depth",
    `attention of ${BLOCK}.attention.attention.query+key+value`,
    [`cast ${BLOCK}.attention.attention.query+key+value to f32`],
  ],
  ["dpt-vit-depth", "neck.reassemble_stage.layers.0.resize", ["cast neck.reassemble_stage.layers.0.projection to f32"]],
  ["dpt-vit-depth", `resize of ${NECK}.1.projection`, [`cast ${NECK}.1.projection to f32`]],
] as const)("in %s: %s", (name, layer, casts) => {
  test("reads casts", async () => {
    const all = await wide(name, layer);
    expect(all.slice(0, casts.length + 1)).toEqual([...casts, layer]);
  });
});

test("by Winograd: the map and the residuals are cast, the transforms' own numbers are in f32 anyway", async () => {
  const { config } = await modelOf("dpt-vit-depth");
  const weights = await dptWeights(config, "f16", "winograd");
  const unit = `${NECK}.0.residual_layer2`;
  const of = (...inF32: readonly string[]) =>
    steps(forwardGraph(config, weights, "f16", [1, 3, 64, 64], { inF32: (layer) => inF32.includes(layer) })).filter(
      ({ step, dtype }) => !step.startsWith("winograd") && (dtype === "f32" || step.startsWith("cast")),
    );
  expect(of()).toEqual([]);
  expect(of(`${unit}.convolution2`).map(({ step }) => step)).toEqual([
    `cast ${unit}.convolution1 to f32`,
    "cast neck.convs.3 to f32",
    `${unit}.convolution2`,
    `${NECK}.0.projection`,
    `cast ${NECK}.0.projection to f16`,
  ]);
});

test("everything in f32: weights stay as they are, and the input", async () => {
  const { config, weights } = await modelOf("dpt-vit-seg");
  const processor = parseProcessor({ size: 64 });
  const network = { height: 64, width: 64, pad: { top: 0, left: 0, bottom: 0, right: 0 } };
  const picture = { width: 64, height: 64 };
  const wanted = { processor, picture, network, resize: "bilinear", inF32: () => true } as const;
  const graph = predictGraph(config, weights, "f16", wanted);
  const [normalized, ...others] = graph.dispatches.filter(({ output }) => output.dtype === "f16");
  expect(normalized!.kernel.label).toContain("normalizePixels");
  expect(others).toEqual([]);
  const casts = graph.dispatches.filter(({ kernel }) => kernel.label.startsWith("cast"));
  expect(casts.map(({ inputs }) => inputs[0]!.label)).toEqual([
    normalized!.kernel.label,
    "dpt.embeddings.position_embeddings",
  ]);
  expect([...graph.weights.keys()].filter(({ dtype }) => dtype === "f16").length).toBeGreaterThan(20);
});
