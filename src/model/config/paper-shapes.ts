import type { Checkpoint } from "../../runtime/checkpoints/checkpoint.ts";
import { FileError } from "../../runtime/errors.ts";
import { MOST_PARTS } from "./fields.ts";

/** Shapes of the tensors of a checkpoint of isl-org/DPT, with errors that call them by their names there. */
export class PaperShapes {
  readonly #tensors: Checkpoint["tensors"];
  readonly #file: string;

  constructor({ tensors, files }: Checkpoint) {
    this.#tensors = tensors;
    this.#file = files.join();
  }

  has(name: string): boolean {
    return this.#tensors.has(name);
  }

  /** @throws FileError unless there is such a tensor with as many axes */
  get(name: string, axes: number): readonly number[] {
    const shape = this.#tensors.get(name)?.shape;
    if (shape?.length === axes) return shape;
    throw this.wrong(`a tensor "${name}" of ${axes} axes`, shape ? `[${shape.join(", ")}]` : "none");
  }

  /** How many parts `prefix.0`, `prefix.1`, … there are. */
  count(prefix: string): number {
    let count = 0;
    for (const name of this.#tensors.keys()) {
      if (!name.startsWith(`${prefix}.`)) continue;
      count = Math.max(count, Number(name.slice(prefix.length + 1).split(".")[0]) + 1);
    }
    // A number in a name must not make more parts than any network has.
    if (Number.isInteger(count) && count > 0 && count <= MOST_PARTS) return count;
    throw this.wrong(`tensors "${prefix}.0.…", up to ${MOST_PARTS} of them`, count > 0 ? `${count}` : "none");
  }

  wrong(want: string, got: string): FileError {
    return new FileError(
      `${this.#file}: want ${want}, as in a ViT or hybrid of isl-org/DPT, got ${got}. ` +
        "Other networks that name their tensors so are not supported from this file; take the model from the hub.",
    );
  }
}
