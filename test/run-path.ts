import type { InputData } from "../src/runtime/graph/graph.ts";
import type { Path } from "../src/runtime/graph/kernel.ts";
import { executeKernel } from "./execute-kernel.ts";

/** Runs the kernels of a path one after the other; the answer is the bytes of the last one's output. */
export async function runPath(device: GPUDevice, path: Path, inputs: readonly InputData[]): Promise<ArrayBuffer> {
  const answers: InputData[] = [...inputs];
  let last = new ArrayBuffer(0);
  for (const { kernel, inputs: from } of path.stages) {
    last = await executeKernel(
      device,
      kernel,
      from.map((n) => answers[n]!),
    );
    // The next kernel takes bytes of any type.
    answers.push(new Uint32Array(last));
  }
  return last;
}
