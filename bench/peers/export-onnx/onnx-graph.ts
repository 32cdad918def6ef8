import { float32ToFloat16Bits } from "../../../src/runtime/floats.ts";
import { elementCount, type Precision, type Shape } from "../../../src/runtime/graph/tensor.ts";

/** An edge of an ONNX graph; all shapes are fixed. */
export interface OnnxValue {
  readonly name: string;
  readonly shape: Shape;
}

/** Whole numbers are ONNX's `INT`, others would need a `.0`: hence the word before each number. */
export type OnnxAttribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] }
  | { readonly string: string };

export interface OnnxNode {
  readonly type: string;
  /** Empty for ONNX's own operators, `com.microsoft` for those of ONNX Runtime. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** A constant of the graph as its bytes, row-major and little-endian. */
export interface OnnxTensor extends OnnxValue {
  readonly dtype: Precision | "i64";
  readonly bytes: Uint8Array;
}

/** ONNX's number for float16. */
const FLOAT16 = 10;

/** An ONNX graph as plain data, with the names of its edges made up on the way. Inputs and outputs are f32. */
export class OnnxGraph {
  readonly precision: Precision;
  readonly inputs: OnnxValue[] = [];
  readonly outputs: OnnxValue[] = [];
  readonly nodes: OnnxNode[] = [];
  readonly constants = new Map<string, OnnxTensor>();

  constructor(precision: Precision) {
    this.precision = precision;
  }

  input(name: string, shape: Shape): OnnxValue {
    const value = { name, shape };
    this.inputs.push(value);
    return value;
  }

  /** The last node of the graph: it names the value. */
  output(name: string, type: string, inputs: readonly OnnxValue[], shape: Shape, attributes = {}): void {
    this.nodes.push({ type, domain: "", inputs: inputs.map((value) => value.name), output: name, attributes });
    this.outputs.push({ name, shape });
  }

  /** A constant; the same name gives the same constant. */
  floats(name: string, shape: Shape, make: () => Float32Array, precision = this.precision): OnnxValue {
    return this.#constant(name, shape, precision, () => {
      const values = make();
      const stored = precision === "f16" ? float32ToFloat16Bits(values) : values;
      return new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
    });
  }

  /** A shape or a list of indices. */
  integers(values: readonly number[]): OnnxValue {
    return this.#constant(`integers.${values.join(".")}`, [values.length], "i64", () => {
      return new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    });
  }

  /** From the type of the graph's inputs and outputs to its own; none where they are one. */
  toPrecision(x: OnnxValue): OnnxValue {
    return this.precision === "f32" ? x : this.node("Cast", [x], x.shape, { to: { int: FLOAT16 } });
  }

  node(
    type: string,
    inputs: readonly (OnnxValue | undefined)[],
    shape: Shape,
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    domain = "",
  ): OnnxValue {
    const value = { name: `${type}.${this.nodes.length}`, shape };
    const names = inputs.map((input) => input?.name ?? "");
    this.nodes.push({ type, domain, inputs: names, output: value.name, attributes });
    return value;
  }

  #constant(name: string, shape: Shape, dtype: OnnxTensor["dtype"], make: () => Uint8Array): OnnxValue {
    const known = this.constants.get(name);
    if (known) return known;
    const tensor = { name, shape, dtype, bytes: make() };
    const bytes = elementCount(shape) * { f32: 4, f16: 2, i64: 8 }[dtype];
    if (tensor.bytes.length !== bytes) {
      throw new RangeError(`${name}: want ${bytes} bytes for ${dtype} [${shape}], got ${tensor.bytes.length}.`);
    }
    this.constants.set(name, tensor);
    return tensor;
  }
}
