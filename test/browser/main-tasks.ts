import type { Browser } from "puppeteer";
import { newPage } from "./patience.ts";

/** A longer task is one that a person may feel: a frame comes late, a key is heard late. */
export const LONG_MS = 50;

/** A task of a page's main thread. */
export interface MainTask {
  /** Milliseconds in which the thread computed what the page has asked for: scripts, styles, layout, painting, collecting garbage. */
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
 * Chromium's trace, which has both; and of a task only what has a name there, as all has that a page brings about: a browser's
 * own start of a worker has none, and took 60 to 90 ms at times.
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
    const computed = ({ dur, tdur = dur }: TraceEvent) => tdur / 1000;
    const tasks = events.filter((event) => event.name === "RunTask" && computed(event) >= atLeast);
    return tasks
      .map((task) => {
        const named = namedWithin(
          task,
          events.filter((event) => thread(event) === thread(task)),
        );
        return {
          computed: outermost(named).reduce((sum, event) => sum + computed(event), 0),
          lasted: task.dur / 1000,
          inside: named
            .filter(({ dur }) => dur > task.dur / 20)
            .map(({ name, dur }) => `${name} ${Math.round(dur / 1000)}`),
        };
      })
      .filter((task) => task.computed >= atLeast);
  };
}

function namedWithin(task: TraceEvent, events: readonly TraceEvent[]): TraceEvent[] {
  return events.filter(({ name, ts, dur }) => name !== "RunTask" && ts >= task.ts && ts + dur <= task.ts + task.dur);
}

/** Without those that are part of another. */
function outermost(events: readonly TraceEvent[]): TraceEvent[] {
  const sorted = events.toSorted((a, b) => a.ts - b.ts || b.dur - a.dur);
  let end = Number.NEGATIVE_INFINITY;
  return sorted.filter(({ ts, dur }) => {
    if (ts < end) return false;
    end = ts + dur;
    return true;
  });
}
