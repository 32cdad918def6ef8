/** From a picture's file to its labels, in order; `rest` is encoding, submitting and waiting. */
export const PHASES = [
  "decode",
  "upload",
  "preprocess",
  "backbone",
  "neck",
  "head",
  "post-process",
  "read back",
  "rest",
] as const;

export type Phase = (typeof PHASES)[number];

/** Phases by the names that `src/model` gives to the parts of its graph. */
const OF_PART: ReadonlyMap<string, Phase> = new Map([
  ["picture in", "preprocess"],
  ["backbone", "backbone"],
  ["reassemble", "neck"],
  ["fusion", "neck"],
  ["head", "head"],
  ["picture out", "post-process"],
]);

/** @throws Error for a part that belongs to no phase: its time would be lost */
export function phaseOf(part: string): Phase {
  const phase = OF_PART.get(part);
  if (phase) return phase;
  throw new Error(`phases: want a part of ${[...OF_PART.keys()].join(", ")}, got "${part}". Give it a phase.`);
}
