import { blockUntilReady, defaultDevice, init, type Array as JaxArray, lax, numpy } from "@jax-js/jax";
import { type Open, type OperatorTask, operands } from "../contestant.ts";

export const open: Open<OperatorTask> = async (task) => {
  const devices = await init("webgpu");
  if (!devices.includes("webgpu")) throw new Error("jax-js: want its WebGPU backend, got none.");
  defaultDevice("webgpu");
  const { apply, toRows } = operator(task);
  return {
    async run() {
      const results = Array.from({ length: task.repeats }, apply);
      await blockUntilReady(results);
      const last = results.pop()!;
      for (const result of results) result.dispose();
      return toRows(await last.data());
    },
  };
};

interface Operator {
  apply(): JaxArray;
  /** From this operator's layout to `[rows, columns]` or `[H, W, C]`. */
  toRows(y: Float32Array): Float32Array;
}

function operator(task: OperatorTask): Operator {
  const { x, weight } = operands(task);
  if (task.kind === "matmul") {
    const { rows, inner, columns } = task;
    const a = numpy.array(x, { shape: [rows, inner] });
    const b = numpy.array(weight, { shape: [inner, columns] });
    return { apply: () => numpy.matmul(a.ref, b.ref), toRows: (y) => y };
  }
  const { side, channels } = task;
  const pixels = side * side;
  // jax-js convolves channels first.
  const image = numpy.array(transposed(x, channels), { shape: [1, channels, side, side] });
  const filter = numpy.array(outputFirst(weight, channels), { shape: [channels, channels, 3, 3] });
  return {
    apply: () => lax.conv(image.ref, filter.ref, [1, 1], "SAME"),
    toRows: (y) => transposed(y, pixels),
  };
}

/** `[rows, columns]` → `[columns, rows]`. */
function transposed(matrix: Float32Array, columns: number): Float32Array<ArrayBuffer> {
  const rows = matrix.length / columns;
  return Float32Array.from(matrix, (_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)]!);
}

/** `[9, I, O]` → `[O, I, 9]`. */
function outputFirst(weight: Float32Array, channels: number): Float32Array<ArrayBuffer> {
  return Float32Array.from(weight, (_, i) => {
    const [o, rest] = [Math.floor(i / (9 * channels)), i % (9 * channels)];
    return weight[((rest % 9) * channels + Math.floor(rest / 9)) * channels + o]!;
  });
}
