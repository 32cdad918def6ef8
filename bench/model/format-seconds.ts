/** `12.3 ms` or `4.56 s`. */
export function formatSeconds(seconds: number): string {
  return seconds < 1 ? `${(seconds * 1e3).toPrecision(3)} ms` : `${seconds.toPrecision(3)} s`;
}
