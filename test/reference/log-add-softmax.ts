/** `ln(exp(sum) + softmax(x))` of each row of `x [rows, channels]` in double precision. */
export function logAddSoftmax(x: ArrayLike<number>, channels: number, sum?: ArrayLike<number>): Float64Array {
  const y = new Float64Array(x.length);
  for (let begin = 0; begin < x.length; begin += channels) {
    const row = Array.from({ length: channels }, (_, c) => x[begin + c]!);
    const most = Math.max(...row);
    const logTotal = most + Math.log(row.reduce((total, value) => total + Math.exp(value - most), 0));
    for (const [c, value] of row.entries()) {
      const a = value - logTotal;
      const b = sum ? sum[begin + c]! : Number.NEGATIVE_INFINITY;
      y[begin + c] = Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
    }
  }
  return y;
}
