import type { Checkpoint } from "../../src/runtime/checkpoints/checkpoint.ts";
import { elementCount } from "../../src/runtime/graph/tensor.ts";

/** What PyTorch calls a buffer: in the file, and not trained. */
const BUFFER = /\.(?:running_mean|running_var|num_batches_tracked)$/;

/** Parts of a quantised weight: two numbers a byte, and what gives them their size. */
const NIBBLES = /\.q4\.codes$/;
const FACTORS = /\.q[48]\.(?:factors|scales)$/;

/** What a checkpoint holds, as its tables say. */
export interface CheckpointContents {
  readonly files: readonly string[];
  readonly tensors: number;
  /** Numbers that training sets; buffers, such as batch norm's statistics, are left out. */
  readonly parameters: number;
  /** Bytes by element type. */
  readonly bytes: Readonly<Record<string, number>>;
}

export function checkpointContents({ files, tensors }: Pick<Checkpoint, "files" | "tensors">): CheckpointContents {
  const bytes: Record<string, number> = {};
  let parameters = 0;
  for (const [name, { dtype, shape, begin, end }] of tensors) {
    bytes[dtype] = (bytes[dtype] ?? 0) + end - begin;
    if (BUFFER.test(name) || FACTORS.test(name)) continue;
    parameters += elementCount(shape) * (NIBBLES.test(name) ? 2 : 1);
  }
  return { files, tensors: tensors.size, parameters, bytes };
}
