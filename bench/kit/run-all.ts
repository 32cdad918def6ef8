import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Step } from "./steps.ts";

export interface AllOptions {
  /** Seconds for all steps together. */
  readonly budget: number;
  /** Whether every step is to use the software adapter. */
  readonly software: boolean;
}

/** How a step ended: `undefined` if well. */
export type Ending = string | undefined;

/**
 * `npm run bench -- all` and `-- readme`: steps one after the other, each in a process of its own, whose failure is told and
 * does not stop the others. The exit code is 1 if any failed.
 */
export async function runAll(steps: readonly Step[], { budget, software }: AllOptions): Promise<void> {
  // A step that is stopped in the middle leaves gigabytes in the folder for temporary files.
  const scratch = await mkdtemp(join(tmpdir(), "dpt-webgpu-bench-"));
  const run = (step: Step, seconds: number) => runStep(software ? onSoftware(step) : step, seconds, scratch);
  const endings = await runSteps(steps, budget, run, () => performance.now() / 1000);
  await rm(scratch, { recursive: true });
  console.log();
  for (const [i, { words }] of steps.entries()) console.log(`${words.join(" ")}: ${endings[i] ?? "done"}`);
  if (endings.some((ending) => ending !== undefined)) process.exitCode = 1;
}

/**
 * Divides the time that is left among the steps that are left, by their shares.
 * @param now seconds on some clock
 */
export async function runSteps(
  steps: readonly Step[],
  budget: number,
  run: (step: Step, seconds: number) => Promise<Ending>,
  now: () => number,
): Promise<Ending[]> {
  const end = now() + budget;
  const endings: Ending[] = [];
  for (const [i, step] of steps.entries()) {
    const shares = steps.slice(i).reduce((sum, { share }) => sum + share, 0);
    const seconds = ((end - now()) * step.share) / shares;
    endings.push(seconds < 1 ? "no time left" : await run(step, seconds));
  }
  return endings;
}

function onSoftware({ words, share }: Step): Step {
  return { words: words[0] === "report" ? words : [...words, "--software"], share };
}

async function runStep({ words }: Step, seconds: number, scratch: string): Promise<Ending> {
  console.log(`\n== ${words.join(" ")} (at most ${seconds.toFixed(0)} s)`);
  const [script] = process.argv.slice(1);
  // A process group of its own, since contestants are processes too and end with it.
  const child = spawn(process.execPath, [...process.execArgv, script!, ...words], {
    stdio: "inherit",
    detached: true,
    env: { ...process.env, TMPDIR: scratch },
  });
  const stop = () => endGroup(child);
  process.once("SIGINT", stop).once("SIGTERM", stop);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    stop();
  }, seconds * 1000);
  const [code, signal] = await once(child, "exit");
  clearTimeout(timer);
  process.off("SIGINT", stop).off("SIGTERM", stop);
  if (isLate) return `not done after ${seconds.toFixed(0)} s`;
  return code === 0 ? undefined : `failed (${signal ?? `exit code ${code}`})`;
}

function endGroup({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, "SIGKILL");
}
