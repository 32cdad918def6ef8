/** torch.nn.functional.normalize on rows of `channels` numbers, in double precision. */
export function unitVectors(x: ArrayLike<number>, channels: number): Float64Array {
  return Float64Array.from({ length: x.length }, (_, i) => {
    const first = i - (i % channels);
    let square = 0;
    for (let c = 0; c < channels; c++) square += x[first + c]! ** 2;
    return x[i]! / Math.max(Math.sqrt(square), 1e-12);
  });
}
