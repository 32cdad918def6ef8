import type { Path } from "../graph/kernel.ts";
import type { Choice } from "./path-choices.ts";
import type { PathTimes } from "./path-times.ts";

export interface BestPath {
  readonly path: Path;
  /** `measured: 0.8 ms; next registers 8×8 1.3 ms; 9 of 9 tried`. */
  readonly why: string;
}

/** Less than this between two times says nothing: the one that was expected to be faster is taken. */
const EQUAL = 1.05;

/** The way to compute a kernel that was measured to be the fastest, or else is expected to be, of those that are right. */
export function bestPath({ paths, expected }: Choice, { seconds, refused }: PathTimes): BestPath {
  const right = paths.filter(({ name }) => !Object.hasOwn(refused, name));
  const measured = right.filter(({ name }) => Object.hasOwn(seconds, name));
  const least = Math.min(...measured.map(({ name }) => seconds[name]!));
  const best = measured.find(({ name }) => seconds[name]! <= EQUAL * least);
  if (best) {
    const [next] = measured.filter((path) => path !== best).sort((a, b) => seconds[a.name]! - seconds[b.name]!);
    const told = [
      `measured: ${milliseconds(seconds[best.name]!)}`,
      ...(next ? [`next ${next.name} ${milliseconds(seconds[next.name]!)}`] : []),
      `${measured.length} of ${right.length} tried`,
    ];
    return { path: best, why: told.join("; ") };
  }
  // A kernel's own way is always right.
  const [path = paths[0]!] = right;
  return { path, why: path === paths[0] ? expected : `${paths[0]!.name} ${refused[paths[0]!.name]}` };
}

function milliseconds(seconds: number): string {
  return `${Number((1000 * seconds).toPrecision(3))} ms`;
}
