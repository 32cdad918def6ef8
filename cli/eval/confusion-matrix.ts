import { FileError } from "../../src/runtime/errors.ts";

/** How often the model said `predicted` where the truth is `truth`, in pixels of a whole set. */
export class ConfusionMatrix {
  readonly classes: number;
  /** `[truth, predicted]`. */
  readonly counts: Float64Array;

  constructor(classes: number) {
    this.classes = classes;
    this.counts = new Float64Array(classes * classes);
  }

  /**
   * Adds a picture. Pixels whose truth is `ignore` do not count, whatever was predicted.
   * @param where what errors call the truth
   * @throws FileError for a truth that is neither a class nor `ignore`: mmsegmentation would count its pixels as wrong
   *   for the class that was predicted and for no other, without a word
   */
  add(predicted: ArrayLike<number>, truth: ArrayLike<number>, ignore: number, where: string): void {
    const { classes, counts } = this;
    for (let i = 0; i < truth.length; i++) {
      const label = truth[i]!;
      if (label === ignore) continue;
      if (!(label >= 0 && label < classes)) {
        const want = `want labels from 0 to ${classes - 1}, or ${ignore} for pixels that do not count`;
        throw new FileError(
          `${where}: ${want}, got ${label}. Name it with --ignore, or shift labels by --reduce-labels.`,
        );
      }
      counts[label * classes + predicted[i]!]!++;
    }
  }
}
