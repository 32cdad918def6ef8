import type { Kernel } from "../../runtime/graph/kernel.ts";
import type { TensorSpec } from "../../runtime/graph/tensor.ts";
import { eachItem, itemWorkgroups } from "./each-item.ts";
import {
  type Epilogue,
  epilogueDeclarations,
  epilogueInputs,
  epilogueLabel,
  epilogueStore,
  type Stored,
} from "./epilogue.ts";
import { multipleOf4 } from "./pack.ts";
import { enable, storage } from "./storage.ts";
import { wgsl } from "./wgsl.ts";

/** The sums of `parts` parts of a product whose depth was cut up (split-K): f32, N filled up to a multiple of 4. */
export function partsSpec({ batch, rows, channels }: Stored, parts: number): TensorSpec {
  return { shape: [parts, batch * rows, multipleOf4(channels)], dtype: "f32" };
}

/** Last step of such a product: `y = finish(Σ_p parts[p])`. Inputs: the parts, then those of the epilogue. */
export function sumParts(parts: number, epilogue: Epilogue, stored: Stored): Kernel {
  const { batch, rows, channels, precision, output } = stored;
  const spec = partsSpec(stored, parts);
  const vectors = multipleOf4(channels) / 4;
  const count = batch * rows * vectors;
  return {
    label: `sumParts ${parts} × [${batch * rows}, ${channels}]${epilogueLabel(epilogue)}`,
    inputs: [spec, ...epilogueInputs(epilogue, stored)],
    output,
    workgroups: itemWorkgroups(count),
    flops: 0,
    code: wgsl`
      ${enable(precision)}
      ${storage(0, "read", "parts", spec, 4)}
      ${epilogueDeclarations(epilogue, stored, 1)}

      ${eachItem(count)`
        var total = vec4f();
        for (var part = 0u; part < ${parts}u; part++) { total += parts[part * ${count}u + i]; }
        store(i / ${vectors}u, i % ${vectors}u, total);
      `}

      fn store(m: u32, n4: u32, sum: vec4f) {
        ${epilogueStore(epilogue, stored)}
      }`,
  };
}
