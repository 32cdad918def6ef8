import { familyOf } from "../../runtime/paths/switched-off.ts";
import { type Clock, ExaminedDevice, type ExaminedOptions } from "../../runtime/session/examined-device.ts";
import { VERSION } from "../../runtime/version.ts";
import type { Answer } from "./answers.ts";
import { Deadline } from "./deadline.ts";
import type { DoctorCase } from "./doctor-case.ts";
import { type DoctorReport, isBad, type PathResult } from "./doctor-report.ts";
import { type Task, tasksOf } from "./tasks.ts";
import { BOUND, type Outcome, storedFor, tryPath } from "./try-path.ts";

/** Which device the self-test examines, for how long, and what its report says of the place. */
export interface ExamineOptions extends ExaminedOptions {
  /** Seconds after which no further path is tried, and those on the way are not waited for; 9 if left out. */
  readonly seconds?: number | undefined;
  /** What the caller knows of the place and the report is to say: its operating system, the commit of a page. */
  readonly about?: Readonly<Record<string, string>> | undefined;
  /** Called after each path. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const SECONDS = 9;

/** Paths that are on the way at once, since most of the time is spent in compilers. */
const AT_ONCE = 4;

/**
 * Runs cases on a device, by all paths and in f16 as well where it has that, and compares their answers with what is stored by
 * their names. Kinds of paths that are wrong, or do not run, are switched off for models on the adapter.
 * @throws MachineError without an adapter or a device, and what the signal says. What is wrong with a path is in the report
 */
export async function examine(
  cases: readonly DoctorCase[],
  answers: Readonly<Record<string, Answer>>,
  options: ExamineOptions = {},
): Promise<DoctorReport> {
  const { seconds = SECONDS, about = {}, onProgress, signal } = options;
  const device = await ExaminedDevice.open(options);
  const begun: Promise<unknown>[] = [];
  const deadline = new Deadline(1000 * seconds);
  try {
    const tasks = await tasksOf(cases, device.traits);
    const results: PathResult[] = [];
    let [next, done] = [0, 0];
    const work = async () => {
      for (let i = next++; i < tasks.length; i = next++) {
        signal?.throwIfAborted();
        const { of, precision, path } = tasks[i]!;
        let outcome: Outcome = { status: "not tried" };
        if (!deadline.isOver && device.lost === undefined) {
          const before = deadline.spent;
          const trial = tryPath(device, tasks[i]!, answers[of.name]!);
          begun.push(trial);
          outcome = await deadline.race(trial, { status: "not done", seconds: seconds - before });
        }
        results[i] = { case: of.name, precision, path: path.name, bound: BOUND[precision], ...outcome };
        onProgress?.(++done, tasks.length);
      }
    };
    const first = tasks.find(({ of }) => of === cases[0]);
    const clock = await deadline.race(clockOf(device, first), "none");
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    const off = wrongFamilies(results);
    const isKept = await device.switchOff(off);
    return {
      version: VERSION,
      date: new Date().toISOString(),
      agent: globalThis.navigator?.userAgent,
      about,
      ...device.description,
      clock,
      lost: device.lost,
      results,
      switchedOff: off,
      isKept,
      seconds: deadline.spent,
    };
  } finally {
    deadline.stop();
    // Destroying a device waits for its compilers, and the report should not.
    void Promise.allSettled(begun).then(() => device.dispose());
  }
}

/** Kinds of which some path is wrong; a kind that is the only one there is cannot be done without. */
function wrongFamilies(results: readonly PathResult[]): string[] {
  const hasOthers = ({ case: name }: PathResult) => results.some((other) => other.case === name && !isBad(other));
  return [
    ...new Set(
      results.filter((result) => isBad(result) && hasOthers(result)).map(({ path }) => familyOf({ name: path })),
    ),
  ];
}

async function clockOf(device: ExaminedDevice, task: Task | undefined): Promise<Clock> {
  if (!task) return "none";
  return device.clock(task.path, storedFor(task.path, task.of.inputs)).catch(() => "none" as const);
}
