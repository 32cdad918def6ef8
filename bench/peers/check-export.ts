import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { fileSource } from "../../cli/node-files.ts";
import { compare, readTensors } from "../../src/index.ts";
import { exportFolder } from "./export-onnx/export-folder.ts";
import type { ExportOptions } from "./export-onnx/export-model.ts";

const CASES = [
  "dpt-vit-seg",
  "dpt-vit-seg-add",
  "dpt-vit-seg-batch",
  "dpt-vit-seg-bf16-sharded",
  "dpt-vit-seg-bin",
  "dpt-vit-seg-bn-bias",
  "dpt-vit-seg-ignore",
  "dpt-vit-seg-resized",
  "dpt-vit-seg-wide",
  "dpt-vit-depth",
  "dpt-dinov2-depth",
  "depth-anything",
  "depth-anything-v2",
  "depth-anything-metric",
  "depth-anything-giant",
];
/** Of the largest value; PyTorch and ONNX Runtime sum in different orders, and float16 has 11 bits. */
const TOLERANCE = { f32: 1e-4, f16: 2e-2 } as const;

const root = fileURLToPath(new URL("../../", import.meta.url));
const scratch = await mkdtemp(join(tmpdir(), "dpt-webgpu-export-"));
try {
  for (const name of CASES) {
    await checkCase(name, { precision: "f32", attention: "plain" });
    await checkCase(name, { precision: "f32", attention: "fused" });
    await checkCase(name, { precision: "f16", attention: "plain" });
  }
} finally {
  await rm(scratch, { recursive: true });
}

/** Exports a case of the tests and holds ONNX Runtime's answer on the CPU against PyTorch's. */
async function checkCase(name: string, form: Omit<ExportOptions, "shape">): Promise<void> {
  const folder = join(root, "test/fixtures/cases", name);
  const { shape, data } = (await readTensors(await fileSource(join(folder, "input.safetensors")))).get("pixel_values")!;
  const path = join(scratch, name, form.precision, form.attention, "model.onnx");
  await exportFolder(folder, path, { shape, ...form });
  const session = await InferenceSession.create(path, { executionProviders: ["cpu"] });
  const outputs = await session.run({ pixel_values: new Tensor("float32", data, shape) });
  const [output] = session.outputNames;
  const want = (await readTensors(await fileSource(join(folder, "expected.safetensors")))).get(output!)!;
  const { maxError, scale, ok, at } = compare(
    outputs[output!]!.data as Float32Array,
    want.data,
    want.shape,
    TOLERANCE[form.precision] * want.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
  );
  const line = `${name}, ${form.precision}, ${form.attention} attention: ${output} [${want.shape}], error ${(maxError / scale).toExponential(1)} of the largest value`;
  if (!ok) throw new Error(`${line}, at [${at}]. Want at most ${TOLERANCE[form.precision]}.`);
  console.log(line);
  await session.release();
}
