import { compare } from "../../src/index.ts";
import type { Contestant, Ran, Task } from "./contestant.ts";
import type { Match } from "./matches.ts";

/**
 * Of the largest value: float32 networks of two makers differ by about 1e-5, a wrong one by about 1. float16 has 11 bits,
 * and two networks lose a few of them each.
 */
const TOLERANCE = { f32: 1e-3, f16: 3e-2 } as const;

export interface Times {
  /** Seconds from nothing to the first answer; measured once. */
  readonly cold: number;
  /** Seconds of each run after. */
  readonly seconds: readonly number[];
  /** Processor seconds of each run, where a process of its own makes them known. */
  readonly cpuSeconds?: readonly number[];
}

export interface MatchResult {
  readonly name: string;
  readonly title: string;
  readonly place: Match["place"];
  readonly task: Task;
  /** Largest difference of the two answers over the largest value of ours. */
  readonly difference?: number;
  /** Why there are no times. */
  readonly problem?: string;
  readonly ours?: Times;
  readonly peer?: Times;
  /** The peer's time over ours, the median of the rounds. */
  readonly ratio?: number;
  /** The same of processor time, which does not hang on what else the machine does; of worth where the CPU computes. */
  readonly cpuRatio?: number;
}

interface Playing {
  readonly match: Match;
  readonly peer: Contestant;
  readonly difference: number;
  readonly ours: Ran[];
  readonly theirs: Ran[];
}

/**
 * Matches on one task in one place: everyone starts, whose answer differs drops out, and then they take turns, ours
 * before each peer, so that what else the machine does meanwhile meets both.
 */
export async function play(
  matches: readonly Match[],
  start: (name: string, task: Task) => Promise<Contestant>,
  runs: number,
  log: (line: string) => void,
): Promise<MatchResult[]> {
  const [first] = matches;
  if (!first) return [];
  const { task } = first;
  log(`${first.place}, ${task.kind}: ours starts`);
  const ours = await start("ours", task);
  log(`first answer after ${ours.cold.toFixed(2)} s`);
  const results: MatchResult[] = [];
  const playing: Playing[] = [];
  for (const match of matches) {
    log(`${match.title} starts`);
    const about = { name: match.name, title: match.title, place: match.place, task };
    try {
      const peer = await start(match.peer, task);
      const { difference, problem } = differenceOf(peer.output, ours.output, toleranceOf(task));
      log(`first answer after ${peer.cold.toFixed(2)} s, difference ${difference.toExponential(1)}`);
      if (problem) results.push({ ...about, difference, problem });
      else playing.push({ match, peer, difference, ours: [], theirs: [] });
    } catch (error) {
      const problem = (error as Error).message.trim();
      log(problem);
      results.push({ ...about, problem });
    }
  }
  // The first run after the first answer still allocates and settles.
  await ours.run();
  for (let round = 0; round < runs; round++) {
    for (const { match, peer, ours: mine, theirs } of playing) {
      mine.push(await ours.run());
      theirs.push(await peer.run());
      log(`${match.title}: ours ${mine.at(-1)!.seconds.toFixed(3)} s, theirs ${theirs.at(-1)!.seconds.toFixed(3)} s`);
    }
  }
  for (const { match, peer, difference, ours: mine, theirs } of playing) {
    const cpuRatios = theirs.flatMap(({ cpuSeconds }, i) => (cpuSeconds ? cpuSeconds / mine[i]!.cpuSeconds! : []));
    results.push({
      name: match.name,
      title: match.title,
      place: match.place,
      task,
      difference,
      ours: timesOf(ours.cold, mine),
      peer: timesOf(peer.cold, theirs),
      ratio: median(theirs.map(({ seconds }, i) => seconds / mine[i]!.seconds)),
      ...(cpuRatios.length > 0 && { cpuRatio: median(cpuRatios) }),
    });
  }
  return results;
}

function toleranceOf(task: Task): number {
  return TOLERANCE[task.kind === "network" ? task.precision : "f32"];
}

function differenceOf(
  got: Float32Array,
  want: Float32Array,
  tolerance: number,
): { difference: number; problem?: string } {
  if (got.length !== want.length) {
    return { difference: Number.POSITIVE_INFINITY, problem: `${got.length} values, ours has ${want.length}` };
  }
  const { maxError, scale } = compare(got, want, [want.length], 0);
  const difference = maxError / scale;
  // Written so that NaN is no pass.
  if (difference <= tolerance) return { difference };
  return { difference, problem: `differs from ours by ${difference.toExponential(1)} of the largest value` };
}

function timesOf(cold: number, ran: readonly Ran[]): Times {
  const seconds = ran.map((run) => run.seconds);
  const cpuSeconds = ran.flatMap((run) => run.cpuSeconds ?? []);
  return { cold, seconds, ...(cpuSeconds.length > 0 && { cpuSeconds }) };
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}
