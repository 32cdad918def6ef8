import type { Precision, TensorSpec } from "../../runtime/graph/tensor.ts";
import { type Activation, activated, activationFunction } from "./activation.ts";
import { loadChannels, rowStride } from "./channels.ts";
import { lanes, storage, vector } from "./storage.ts";
import { unroll } from "./unroll.ts";
import { wgsl } from "./wgsl.ts";

/** What happens to a sum before it is stored: `y = scale · activation(sum + bias) + residual₀ + residual₁`. */
export interface Epilogue {
  /** One bias for each channel, or one vector of them for each image of the batch. */
  readonly bias?: "channel" | "image" | undefined;
  readonly activation?: Activation | undefined;
  /** 1 if left out. */
  readonly scale?: number | undefined;
  /** How many tensors of the output's shape are added. */
  readonly residuals?: 0 | 1 | 2 | undefined;
}

/** The matrix that a kernel of sums stores, `[batch · rows, channels]`, and where its elements lie. */
export interface Stored {
  readonly batch: number;
  readonly rows: number;
  readonly channels: number;
  readonly precision: Precision;
  readonly output: TensorSpec;
  /** WGSL expression of `m` and `n`, both u32: index of element (m, n) in the output; natural order if left out. */
  readonly place?: string;
  /** Neighbouring columns that lie side by side in the output, if not all `channels`. */
  readonly run?: number;
  /** False where sizes are not part of the text: arrays are as long as their bindings then. */
  readonly sized?: boolean;
}

/** Specs of the extra inputs, in binding order: bias, residuals. */
export function epilogueInputs({ bias, residuals = 0 }: Epilogue, stored: Stored): TensorSpec[] {
  const { batch, channels, precision, output } = stored;
  const specs: TensorSpec[] = [];
  if (bias === "channel") specs.push({ shape: [4 * Math.ceil(channels / 4)], dtype: "f32" });
  if (bias === "image") specs.push({ shape: [batch, 1, channels], dtype: precision });
  for (let i = 0; i < residuals; i++) specs.push(output);
  return specs;
}

/** Declarations from `@binding(first)` on: the extra inputs, the output `y`, and the functions of the store. */
export function epilogueDeclarations(epilogue: Epilogue, stored: Stored, first: number): string {
  const { bias, activation = "none", residuals = 0 } = epilogue;
  const inputs = epilogueInputs(epilogue, stored);
  const { channels } = stored;
  const width = lanes(stored.run ?? channels);
  const { sized = true } = stored;
  const residual = first + (bias ? 1 : 0);
  return wgsl`
    ${bias ? storage(first, "read", "bias", inputs[0]!, bias === "channel" ? 4 : lanes(channels)) : ""}
    ${bias === "image" ? loadChannels("bias", channels) : ""}
    ${unroll(residuals, (i) => storage(residual + i, "read", `residual${i}`, stored.output, width, { sized }))}
    ${storage(residual + residuals, "read_write", "y", stored.output, width, { sized })}
    ${activationFunction(activation)}
    fn place(m: u32, n: u32) -> u32 {
      return ${stored.place ?? `m * ${channels}u + n`};
    }`;
}

/** Statements that finish `sum`, a `vec4f` expression for row `m` and columns `4·n4 …`, and store it. */
export function epilogueStore(epilogue: Epilogue, stored: Stored, sum = "sum"): string {
  const { bias, activation = "none", scale = 1, residuals = 0 } = epilogue;
  const { channels, rows, precision } = stored;
  const isVector = lanes(stored.run ?? channels) === 4;
  const added = {
    none: "",
    channel: " + bias[n4]",
    image: ` + bias4(m / ${rows}u * ${rowStride(channels)}u, n4)`,
  }[bias ?? "none"];
  return wgsl`
    let value = ${scale === 1 ? "" : `${scale} * `}${activated(activation, `(${sum + added})`)};
    #if ${isVector}
    let at = place(m, 4u * n4) / 4u;
    y[at] = ${vector(precision, 4)}(value${residualSum(residuals, "vec4f")});
    #else
    for (var j = 0u; j < 4u; j++) {
      let n = 4u * n4 + j;
      if (n < ${channels}u) {
        let at = place(m, n);
        y[at] = ${precision}(value[j]${residualSum(residuals, "f32")});
      }
    }
    #endif`;
}

function residualSum(residuals: number, type: string): string {
  return Array.from({ length: residuals }, (_, i) => ` + ${type}(residual${i}[at])`).join("");
}

/** ` + bias + gelu + 1 residual`, for labels. */
export function epilogueLabel({ bias, activation = "none", residuals = 0 }: Epilogue): string {
  const parts = [bias && "bias", activation !== "none" && activation, residuals > 0 && `${residuals} residual`];
  return parts.map((part) => (part ? ` + ${part}` : "")).join("");
}
