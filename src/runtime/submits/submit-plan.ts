import type { Pace } from "./pace.ts";

/** A dispatch of a run, or a part of one that is cut. */
export interface Portion {
  readonly step: number;
  readonly part: number;
  /** How many parts make the whole. */
  readonly parts: number;
}

export interface PlannedStep {
  /** Seconds that a slow adapter takes for it: {@link Pace.slowSeconds}. */
  readonly slowSeconds: number;
  /** Parts that it can be cut into at most. */
  readonly mostParts: number;
}

export interface PlannedRun {
  /** What goes into the next submit; nothing at the end. */
  next(): readonly Portion[];
  /** Whether nothing is left. */
  readonly isDone: boolean;
}

/** A submit is planned for this share of what it may take: plans err, and errors below a factor of two do no harm. */
const MARGIN = 0.5;
/** One measurement changes what is believed by this factor at most: something else may have been running. */
const MOST_CHANGE = 16;

/**
 * Which dispatches of a run go into which submit, so that none takes longer than it may. What each dispatch takes is
 * guessed at first, and then learned from what whole submits took.
 */
export class SubmitPlan {
  readonly #steps: readonly PlannedStep[];
  readonly #pace: Pace;
  readonly #target: number;
  /** Seconds of each step, once it has been in a submit. */
  readonly #learned: (number | undefined)[];

  /** @param budget milliseconds of a submit; the pace's if left out */
  constructor(steps: readonly PlannedStep[], pace: Pace, budget = pace.budget) {
    this.#steps = steps;
    this.#pace = pace;
    this.#target = (budget / 1000) * MARGIN;
    this.#learned = steps.map(() => undefined);
  }

  /** One run. */
  begin(): PlannedRun {
    let [step, part, parts] = [0, 0, 1];
    const next = () => {
      const taken: Portion[] = [];
      for (let seconds = 0; step < this.#steps.length; ) {
        // All parts of one dispatch are cut alike, whatever is learned while they run.
        if (part === 0) parts = this.#partsOf(step);
        seconds += this.#seconds(step) / parts;
        if (taken.length > 0 && seconds > this.#target) break;
        taken.push({ step, part, parts });
        part = (part + 1) % parts;
        if (part === 0) step++;
      }
      return taken;
    };
    const isLast = () => step === this.#steps.length;
    return {
      next,
      get isDone() {
        return isLast();
      },
    };
  }

  /** Takes note of what a submit took on the GPU. */
  learn(portions: readonly Portion[], seconds: number): void {
    const sum = (value: (portion: Portion) => number) => portions.reduce((total, each) => total + value(each), 0);
    const believed = sum(({ step, parts }) => this.#seconds(step) / parts);
    if (believed === 0) return;
    const change = Math.min(MOST_CHANGE, Math.max(1 / MOST_CHANGE, seconds / believed));
    const shares = new Map<number, number>();
    for (const { step, parts } of portions) shares.set(step, (shares.get(step) ?? 0) + 1 / parts);
    for (const [step, share] of shares) this.#learned[step] = this.#seconds(step) * (1 + share * (change - 1));
    this.#pace.learn(
      sum(({ step, parts }) => this.#steps[step]!.slowSeconds / parts),
      seconds,
    );
  }

  #seconds(step: number): number {
    return this.#learned[step] ?? this.#pace.guess(this.#steps[step]!.slowSeconds);
  }

  /** A power of two, so that a dispatch is not cut anew for every change of what is believed. */
  #partsOf(step: number): number {
    const wanted = this.#seconds(step) / this.#target;
    return wanted <= 1 ? 1 : Math.min(this.#steps[step]!.mostParts, 2 ** Math.ceil(Math.log2(wanted)));
  }
}
