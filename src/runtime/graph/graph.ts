import { InternalError } from "../errors.ts";
import type { Kernel } from "./kernel.ts";
import { byteLength, describeTensor, elementCount, sameSpec, type TensorSpec } from "./tensor.ts";
import type { Weight } from "./weight.ts";

export type ConstantData = Float32Array | Int32Array | Uint32Array;

/** What a run uploads; f16 as bits. */
export type InputData = ConstantData | Uint16Array;

/** A node of the graph. `role` says where its bytes come from. */
export interface Tensor extends TensorSpec {
  readonly id: number;
  readonly label: string;
  readonly role: "input" | "weight" | "constant" | "activation";
}

/** One kernel at work. */
export interface Dispatch {
  /** The part of the model it belongs to, as {@link Graph.part} named it. */
  readonly part: string;
  readonly kernel: Kernel;
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  /** Why the kernel's path was taken, where there are others. */
  readonly why?: string | undefined;
}

/** Bytes of its inputs and its output, each counted once. */
export function dispatchBytes({ inputs, output }: Dispatch): number {
  return [...inputs, output].reduce((sum, tensor) => sum + byteLength(tensor), 0);
}

/**
 * One forward pass as a list of dispatches, recorded once per input size. Pure data: nothing here touches a GPU, so
 * plans, memory and FLOPs are known (and tested) without one.
 */
export class Graph {
  readonly inputs = new Map<string, Tensor>();
  readonly weights = new Map<Weight, Tensor>();
  readonly constants = new Map<Tensor, ConstantData>();
  readonly dispatches: Dispatch[] = [];
  readonly outputs = new Map<string, Tensor>();
  /** The layer of the model whose answer a tensor is, by the tensor's id. */
  readonly layers = new Map<number, string>();
  #nextId = 0;
  #part = "";

  /** A tensor that the caller writes before each run. */
  input(name: string, spec: TensorSpec): Tensor {
    const tensor = this.#tensor("input", name, spec);
    this.inputs.set(name, tensor);
    return tensor;
  }

  /** A weight of the model; the same weight gives the same tensor. */
  weight(weight: Weight): Tensor {
    const known = this.weights.get(weight);
    if (known) return known;
    const tensor = this.#tensor("weight", weight.label, weight);
    this.weights.set(weight, tensor);
    return tensor;
  }

  /** Numbers that depend on sizes alone, such as resampling coefficients; uploaded once. */
  constant(label: string, data: ConstantData): Tensor {
    const dtype = data instanceof Float32Array ? "f32" : data instanceof Int32Array ? "i32" : "u32";
    const tensor = this.#tensor("constant", label, { shape: [data.length], dtype });
    this.constants.set(tensor, data);
    return tensor;
  }

  /**
   * Records a kernel over its inputs; the answer is its output.
   * @throws InternalError if the inputs are not what the kernel was planned for.
   */
  run(kernel: Kernel, ...inputs: Tensor[]): Tensor {
    return this.#record(kernel, inputs, undefined);
  }

  /**
   * Records a kernel that writes another part of a tensor whose first part an earlier dispatch has written; the answer
   * is that tensor. Without one it is {@link Graph.run}.
   * @throws InternalError if inputs or output are not what the kernel was planned for.
   */
  runInto(output: Tensor | undefined, kernel: Kernel, ...inputs: Tensor[]): Tensor {
    if (output && !sameSpec(output, kernel.output)) {
      const want = `want an output of ${describeTensor(kernel.output)}`;
      throw new InternalError(`${kernel.label}: ${want}, got ${describeTensor(output)}. Report this.`);
    }
    return this.#record(kernel, inputs, output);
  }

  #record(kernel: Kernel, inputs: readonly Tensor[], into: Tensor | undefined): Tensor {
    const fits =
      inputs.length === kernel.inputs.length && inputs.every((tensor, i) => sameSpec(tensor, kernel.inputs[i]!));
    if (!fits) {
      const list = (specs: readonly TensorSpec[]) => specs.map(describeTensor).join(", ");
      throw new InternalError(`${kernel.label}: want inputs ${list(kernel.inputs)}, got ${list(inputs)}. Report this.`);
    }
    const output = into ?? this.#tensor("activation", kernel.label, kernel.output);
    this.dispatches.push({ part: this.#part, kernel, inputs, output });
    return output;
  }

  /** Records what `record` records as a part of the model, for whoever asks what each part costs. */
  part<Result>(name: string, record: () => Result): Result {
    const outer = this.#part;
    this.#part = name;
    try {
      return record();
    } finally {
      this.#part = outer;
    }
  }

  /** The same memory under another shape with as many elements. */
  reshape(tensor: Tensor, shape: readonly number[]): Tensor {
    if (elementCount(shape) !== elementCount(tensor.shape)) {
      const want = `want a shape of ${elementCount(tensor.shape)} elements`;
      throw new InternalError(`reshape ${tensor.label}: ${want}, got [${shape.join(", ")}]. Report this.`);
    }
    return { ...tensor, shape };
  }

  /** Keeps a tensor to the end of the run, to be read back by this name. */
  output(name: string, tensor: Tensor): void {
    this.outputs.set(name, tensor);
  }

  #tensor(role: Tensor["role"], label: string, { shape, dtype }: TensorSpec): Tensor {
    return { id: this.#nextId++, label, role, shape, dtype };
  }
}
