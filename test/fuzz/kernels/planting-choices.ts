import type { Precision } from "../../../src/runtime/graph/tensor.ts";
import { Choices } from "./choices.ts";

const NOT_FINITE = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

/** Draws as {@link Choices} does, and makes one number, of one of the tensors drawn, NaN or infinite. */
export class PlantingChoices extends Choices {
  /** How many tensors come before the one that it is in. */
  #before = this.pick([0, 0, 0, 1, 2]);

  override normal(length: number, precision?: Precision, options?: Parameters<Choices["normal"]>[2]): Float32Array {
    const values = super.normal(length, precision, options);
    if (this.#before-- === 0) values[this.whole(length - 1, 0)] = this.pick(NOT_FINITE);
    return values;
  }
}
