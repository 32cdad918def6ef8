import type { Browser } from "puppeteer";
import { newPage } from "./patience.ts";

/** A longer task is one that a person may feel: a frame comes late, a key is heard late. */
export const LONG_MS = 50;

/** A task of a page's main thread. */
export interface MainTask {
  /** Milliseconds in which the thread computed. */
  readonly computed: number;
  /** Milliseconds from its beginning to its end. */
  readonly lasted: number;
  /** What took a twentieth of it or more, in order, each with its milliseconds. */
  readonly inside: readonly string[];
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds, as the others are. */
  readonly ts: number;
  readonly dur: number;
  /** Of the thread; not on every system. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/**
 * Watches the main threads of a browser's pages, from now until the answer is called, which tells the tasks in which the thread
 * computed for that long. The `longtask` of PerformanceObserver counts wall time: on a machine whose cores are all taken, as by
 * a software adapter, a task of 5 ms lasts 100 because its thread had to wait, and no page could help that. So this is of
 * Chromium's trace, which has both.
 */
export async function watchMainTasks(browser: Browser): Promise<(atLeast: number) => Promise<MainTask[]>> {
  const page = await newPage(browser);
  await page.tracing.start({ categories: ["-*", "devtools.timeline", "disabled-by-default-devtools.timeline"] });
  return async (atLeast) => {
    const text = new TextDecoder().decode(await page.tracing.stop());
    await page.close();
    const { traceEvents } = JSON.parse(text) as { traceEvents: TraceEvent[] };
    const thread = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
    const mains = new Set(traceEvents.filter((e) => e.args.name === "CrRendererMain").map(thread));
    const events = traceEvents.filter((event) => event.ph === "X" && mains.has(thread(event)));
    const isWithin = (task: TraceEvent) => (event: TraceEvent) =>
      event !== task &&
      thread(event) === thread(task) &&
      event.ts >= task.ts &&
      event.ts + event.dur <= task.ts + task.dur &&
      event.dur > task.dur / 20;
    const tasks = events.filter(({ name, dur, tdur = dur }) => name === "RunTask" && tdur >= 1000 * atLeast);
    return tasks.map((task) => ({
      computed: (task.tdur ?? task.dur) / 1000,
      lasted: task.dur / 1000,
      inside: events.filter(isWithin(task)).map(({ name, dur }) => `${name} ${Math.round(dur / 1000)}`),
    }));
  };
}
