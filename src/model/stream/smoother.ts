/**
 * Smooths answers over time, in place. Numbers become their exponential average, `s ← share·s + (1 − share)·x`. Of labels the
 * probabilities are not known, so each pixel keeps its label and a strength that fades by `share` a frame; a frame that
 * agrees adds `1 − share` to it, one that does not takes as much away, and below zero the pixel changes sides. Where two
 * classes compete that is exactly the exponential average of their votes. Another size of picture begins anew.
 */
export class Smoother {
  readonly #share: number;
  #numbers: Float32Array | undefined;
  #labels: Uint8Array | Uint16Array | undefined;
  #strengths: Float32Array | undefined;

  /** @param share how much of the past stays from one frame to the next: 0 nothing, near 1 almost all */
  constructor(share: number) {
    this.#share = share;
  }

  numbers(values: Float32Array): void {
    const share = this.#share;
    const past = this.#numbers;
    if (past?.length === values.length) {
      for (let i = 0; i < values.length; i++) values[i] = share * past[i]! + (1 - share) * values[i]!;
    }
    this.#numbers = values.slice();
  }

  labels(labels: Uint8Array | Uint16Array): void {
    const share = this.#share;
    const past = this.#labels;
    const strengths = this.#strengths;
    if (past?.length !== labels.length || !strengths) {
      this.#labels = labels.slice();
      this.#strengths = new Float32Array(labels.length).fill(1);
      return;
    }
    for (let i = 0; i < labels.length; i++) {
      const agrees = labels[i] === past[i];
      const strength = share * strengths[i]! + (agrees ? 1 - share : share - 1);
      if (strength < 0) past[i] = labels[i]!;
      strengths[i] = Math.abs(strength);
    }
    labels.set(past);
  }
}
