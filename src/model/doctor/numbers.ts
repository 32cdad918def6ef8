/**
 * Numbers for a self-test, the same everywhere: whole 64ths from −2 to 2, which f16 holds as well as f32, by a linear
 * congruential generator (Numerical Recipes' constants).
 */
export function numbers(length: number, seed: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((state >>> 24) - 128) / 64;
  });
}
