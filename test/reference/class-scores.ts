/** Softmax of each row of `x [rows, classes]`: the largest probability, its margin over the second, entropy in nats. */
export function classScores(x: ArrayLike<number>, classes: number) {
  const rows = x.length / classes;
  const [confidence, margin, entropy] = [0, 1, 2].map(() => new Float64Array(rows)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let row = 0; row < rows; row++) {
    const logits = Array.from({ length: classes }, (_, c) => x[row * classes + c]!);
    const most = Math.max(...logits);
    const powers = logits.map((logit) => Math.exp(logit - most));
    const total = powers.reduce((sum, power) => sum + power, 0);
    const probabilities = powers.map((power) => power / total).sort((a, b) => b - a);
    confidence[row] = probabilities[0]!;
    margin[row] = probabilities[0]! - (probabilities[1] ?? 0);
    entropy[row] = -probabilities.reduce((sum, p) => sum + (p > 0 ? p * Math.log(p) : 0), 0);
  }
  return { confidence, margin, entropy };
}
