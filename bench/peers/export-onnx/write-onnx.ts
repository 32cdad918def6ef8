import { createWriteStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import onnxProto from "onnx-proto";
import type { OnnxAttribute, OnnxGraph, OnnxTensor, OnnxValue } from "./onnx-graph.ts";

const { onnx } = onnxProto;

/** LayerNormalization came with 17; later ones bring nothing that these models need. */
const OPSET = 17;
/** The format's version of that time. */
const IR_VERSION = 8;
/** Smaller constants, such as shapes, stay in the graph, where ONNX Runtime looks for them early. */
const EXTERNAL_FROM = 1024;

const ELEMENT = { f32: 1, f16: 10, i64: 7 } as const;

/**
 * Writes `path` and, beside it, `path` + "_data" with the weights (the name that transformers.js looks for): protobuf
 * ends at 2 GB, and so the weights are never in memory a second time.
 */
export async function writeOnnx(graph: OnnxGraph, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const dataPath = `${path}_data`;
  const external = [...graph.constants.values()].filter(({ bytes }) => bytes.length >= EXTERNAL_FROM);
  await pipeline(Readable.from(external.map(({ bytes }) => bytes)), createWriteStream(dataPath));
  await writeFile(path, encode(graph, external, basename(dataPath)));
}

function encode(graph: OnnxGraph, external: readonly OnnxTensor[], location: string): Uint8Array {
  let offset = 0;
  const offsets = new Map<OnnxTensor, number>();
  for (const tensor of external) {
    offsets.set(tensor, offset);
    offset += tensor.bytes.length;
  }
  const domains = new Set(graph.nodes.map(({ domain }) => domain));
  return onnx.ModelProto.encode({
    irVersion: IR_VERSION,
    producerName: "dpt-webgpu bench",
    opsetImport: [...domains].map((domain) => ({ domain, version: domain === "" ? OPSET : 1 })),
    graph: {
      name: "dpt",
      node: graph.nodes.map(({ type, domain, inputs, output, attributes }) => ({
        opType: type,
        name: output,
        domain,
        input: [...inputs],
        output: [output],
        attribute: Object.entries(attributes).map(([name, value]) => ({ name, ...attributeOf(value) })),
      })),
      initializer: [...graph.constants.values()].map((tensor) => tensorOf(tensor, location, offsets.get(tensor))),
      input: graph.inputs.map(valueInfo),
      output: graph.outputs.map(valueInfo),
    },
  }).finish();
}

function tensorOf({ name, shape, dtype, bytes }: OnnxTensor, location: string, offset: number | undefined) {
  const tensor = { name, dims: [...shape], dataType: ELEMENT[dtype] };
  if (offset === undefined) return { ...tensor, rawData: bytes };
  const entries = { location, offset, length: bytes.length };
  return {
    ...tensor,
    dataLocation: onnx.TensorProto.DataLocation.EXTERNAL,
    externalData: Object.entries(entries).map(([key, value]) => ({ key, value: String(value) })),
  };
}

function attributeOf(value: OnnxAttribute) {
  const { AttributeType } = onnx.AttributeProto;
  if ("int" in value) return { type: AttributeType.INT, i: value.int };
  if ("float" in value) return { type: AttributeType.FLOAT, f: value.float };
  if ("ints" in value) return { type: AttributeType.INTS, ints: [...value.ints] };
  return { type: AttributeType.STRING, s: new TextEncoder().encode(value.string) };
}

function valueInfo({ name, shape }: OnnxValue) {
  const dim = shape.map((dimValue) => ({ dimValue }));
  return { name, type: { tensorType: { elemType: ELEMENT.f32, shape: { dim } } } };
}
