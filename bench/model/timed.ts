/** What something gives, and the seconds it took. */
export interface Timed<Result> {
  readonly result: Result;
  readonly seconds: number;
}

export async function timed<Result>(run: () => Result | Promise<Result>): Promise<Timed<Result>> {
  const began = performance.now();
  const result = await run();
  return { result, seconds: (performance.now() - began) / 1000 };
}
