import type { Kernel, Path } from "../../../src/runtime/graph/kernel.ts";
import type { Precision } from "../../../src/runtime/graph/tensor.ts";
import type { Traits } from "../../../src/runtime/graph/traits.ts";
import { randomNormal, randomStream } from "../../random.ts";
import { roundToHalf } from "../../round-to-half.ts";

/** All that a trial draws, from one seed: the same seed draws the same. */
export class Choices {
  readonly #next: () => number;
  readonly #seed: number;
  #drawn = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.#next = randomStream(seed);
  }

  chance(of: number): boolean {
    return this.#next() < of;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#next() * items.length)]!;
  }

  /** A whole number from `least` to `most`, both of them often, small ones more often than large ones. */
  whole(most: number, least = 1): number {
    const span = most - least + 1;
    if (this.chance(0.1)) return this.chance(0.5) ? least : most;
    return least + Math.floor(span * this.#next() ** (this.chance(0.5) ? 1 : 2));
  }

  /** A kernel's own way to compute, or at times another that the device has: those take long to compile. */
  async path(kernel: Kernel, traits: Traits, chance = 0.25): Promise<Path> {
    if (this.chance(chance)) return this.pick(await kernel.paths!(traits));
    return { name: kernel.path ?? "own", stages: [{ kernel, inputs: kernel.inputs.map((_, i) => i) }] };
  }

  /**
   * Normal deviates, as numbers of the precision.
   * @param isPositive whether signs are dropped, so that no sum cancels
   */
  normal(length: number, precision: Precision = "f32", { isPositive = false, mean = 0, deviation = 1 } = {}) {
    const values = randomNormal(length, this.#seed + 7919 * ++this.#drawn, { mean, deviation });
    const signed = isPositive ? values.map(Math.abs) : values;
    return precision === "f16" ? roundToHalf(signed) : signed;
  }
}
