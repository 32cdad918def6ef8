// What is used of each peer, so that the project's types can be checked without them.

declare module "onnx-proto" {
  interface Encoder {
    encode(message: object): { finish(): Uint8Array };
  }
  const onnxProto: {
    readonly onnx: {
      readonly ModelProto: Encoder;
      readonly TensorProto: { readonly DataLocation: { readonly EXTERNAL: number } };
      readonly AttributeProto: {
        readonly AttributeType: Readonly<Record<"INT" | "FLOAT" | "INTS" | "STRING", number>>;
      };
    };
  };
  export default onnxProto;
}

declare module "onnxruntime-node" {
  export class Tensor {
    constructor(type: "float32", data: Float32Array, shape: readonly number[]);
    readonly data: Float32Array;
  }
  interface SessionOptions {
    readonly executionProviders: readonly ("webgpu" | "cpu" | "wasm")[];
    readonly externalData?: readonly { readonly path: string; readonly data: string }[];
  }
  export class InferenceSession {
    static create(path: string, options: SessionOptions): Promise<InferenceSession>;
    readonly outputNames: readonly string[];
    run(inputs: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
    release(): Promise<void>;
  }
}

declare module "onnxruntime-web/webgpu" {
  export { InferenceSession, Tensor } from "onnxruntime-node";
}

declare module "onnxruntime-web/wasm" {
  export { InferenceSession, Tensor } from "onnxruntime-node";
}

declare module "@huggingface/transformers" {
  export class Tensor {
    constructor(type: "float32", data: Float32Array, shape: readonly number[]);
    readonly data: Float32Array;
  }
  export const env: { allowRemoteModels: boolean; localModelPath: string };
  type Model = (inputs: { readonly pixel_values: Tensor }) => Promise<{ readonly predicted_depth: Tensor }>;
  interface ModelOptions {
    readonly device: "webgpu";
    readonly dtype: "fp32";
    readonly use_external_data_format: boolean;
  }
  export const AutoModelForDepthEstimation: {
    from_pretrained(name: string, options: ModelOptions): Promise<Model>;
  };
}

declare module "@tensorflow/tfjs" {
  export interface Tensor {
    data(): Promise<Float32Array>;
    dispose(): void;
  }
  export function setBackend(name: "webgpu"): Promise<boolean>;
  export function ready(): Promise<void>;
  export function tensor2d(values: Float32Array, shape: [number, number]): Tensor;
  export function tensor4d(values: Float32Array, shape: [number, number, number, number]): Tensor;
  export function matMul(a: Tensor, b: Tensor): Tensor;
  export function conv2d(x: Tensor, filter: Tensor, strides: number, padding: "same"): Tensor;
}

declare module "@tensorflow/tfjs-backend-webgpu";

declare module "@jax-js/jax" {
  export interface Array {
    /** The same array for one more use; operators consume what they are given. */
    readonly ref: this;
    data(): Promise<Float32Array>;
    dispose(): void;
  }
  export function init(device: "webgpu"): Promise<readonly string[]>;
  export function defaultDevice(device: "webgpu"): string;
  export function blockUntilReady(arrays: readonly Array[]): Promise<readonly Array[]>;
  export const numpy: {
    array(values: Float32Array, options: { readonly shape: number[] }): Array;
    matmul(a: Array, b: Array): Array;
  };
  export const lax: {
    conv(image: Array, filter: Array, strides: number[], padding: "SAME"): Array;
  };
}

declare module "@litertjs/core" {
  export class Tensor {
    constructor(data: Float32Array, shape: readonly number[]);
    data(): Promise<Float32Array>;
    delete(): void;
  }
  interface CompiledModel {
    readonly isFullyAccelerated: boolean;
    run(inputs: readonly Tensor[]): Promise<readonly Tensor[]>;
  }
  interface CompileOptions {
    readonly accelerator: "webgpu";
    readonly gpuOptions: { readonly precision: "fp32" };
  }
  export function loadLiteRt(path: string, options: { readonly jspi: boolean }): Promise<unknown>;
  export function loadAndCompile(url: string, options: CompileOptions): Promise<CompiledModel>;
}
