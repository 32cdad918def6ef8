import { formatBytes } from "../../cli/text/format-bytes.ts";
import type { Progress } from "../../src/index.ts";
import type { Work } from "../state.ts";

const WORDS: Readonly<Record<Progress["phase"], string>> = {
  download: "Downloading the model",
  load: "Loading the model onto the GPU",
  compile: "Compiling shaders",
  run: "Looking at the picture",
  tune: "Measuring",
};

/** Turns the library's progress into words, with the time that is left as far as the pace so far tells it. */
export class ProgressWords {
  #phase: Progress["phase"] | undefined;
  #began = 0;
  #first = 0;

  /** @param now milliseconds, of a clock that only goes forward */
  tell({ phase, done, total }: Progress, now: number): Work {
    if (phase !== this.#phase || done < this.#first) {
      this.#phase = phase;
      this.#began = now;
      this.#first = done;
    }
    const inBytes = phase === "download" || phase === "load";
    const amount = inBytes ? `${formatBytes(done)} of ${formatBytes(total)}` : `${done} of ${total}`;
    const left = this.#left(done, total, now);
    return {
      words: WORDS[phase],
      detail: left === undefined ? amount : `${amount}, ${secondsLeft(left)}`,
      share: total > 0 ? done / total : undefined,
    };
  }

  /** Seconds; unknown in the first half second, in which any pace is chance. */
  #left(done: number, total: number, now: number): number | undefined {
    const passed = (now - this.#began) / 1000;
    const came = done - this.#first;
    if (passed < 0.5 || came <= 0 || done >= total) return undefined;
    return ((total - done) * passed) / came;
  }
}

/** `4 s left`, `2 min left`. */
export function secondsLeft(seconds: number): string {
  const whole = Math.max(1, Math.ceil(seconds));
  return whole < 100 ? `${whole} s left` : `${Math.round(whole / 60)} min left`;
}
