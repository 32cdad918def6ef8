/** How many inputs a long run makes, and the seed of the first: `FUZZ_RUNS=100 FUZZ_SEED=7 npm run fuzz`. */
export function fuzzOptions(runs: number): { readonly runs: number; readonly seed: number } {
  const { FUZZ_RUNS, FUZZ_SEED } = process.env;
  return { runs: Number(FUZZ_RUNS ?? runs), seed: Number(FUZZ_SEED ?? 1) };
}
