import { type Comparison, compare } from "../runtime/compare.ts";
import type { NamedTensor } from "../runtime/read-tensors.ts";

/** Largest error that is right, against the largest |expected| of a stage, in f32. Sums of a few thousand products in
 * another order differ by about 1e-6 of it; what is wrong by a term differs by 1e-2 and more. */
export const STAGE_TOLERANCE = 1e-4;

/** Below this lead of the best class over the next, rounding decides. */
const DECIDED = 1e-3;

/** How one stage of a forward pass agrees with the expected one. */
export interface StageReport {
  readonly stage: string;
  readonly shape: readonly number[];
  /** `undefined` if the stage is missing or of another shape. */
  readonly comparison: Comparison | undefined;
  /** Share of pixels with the same best class, among those whose best class leads by more than 1e-3; logits only. */
  readonly agreement: number | undefined;
  /** What is wrong; `undefined` if nothing is. */
  readonly problem: string | undefined;
}

/** Compares a forward pass with what was expected of it, stage by stage in the order of `expected`. */
export function verifyStages(
  got: ReadonlyMap<string, NamedTensor>,
  expected: ReadonlyMap<string, NamedTensor>,
  tolerance = STAGE_TOLERANCE,
): StageReport[] {
  return [...expected].map(([stage, want]) => verifyStage(stage, got.get(stage), want, tolerance));
}

function verifyStage(stage: string, got: NamedTensor | undefined, want: NamedTensor, tolerance: number): StageReport {
  const { shape } = want;
  if (!got || got.shape.join() !== shape.join()) {
    const problem = `want [${shape.join(", ")}], got ${got ? `[${got.shape.join(", ")}]` : "nothing"}`;
    return { stage, shape, comparison: undefined, agreement: undefined, problem };
  }
  const scale = want.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const comparison = compare(got.data, want.data, shape, tolerance * scale);
  const agreement = stage === "logits" ? labelAgreement(got, want) : undefined;
  return { stage, shape, comparison, agreement, problem: problemOf(comparison, agreement) };
}

function problemOf({ ok, broken, over, at, got, want }: Comparison, agreement: number | undefined): string | undefined {
  if (broken > 0) return `${broken} values are not finite`;
  if (!ok) return `${over} values over tolerance, the worst at [${at.join(", ")}]: want ${want}, got ${got}`;
  if (agreement !== undefined && agreement < 1) return `labels agree on ${(100 * agreement).toFixed(4)} %`;
  return undefined;
}

/** Over `[N, labels, H, W]`. */
function labelAgreement(got: NamedTensor, want: NamedTensor): number {
  const [batch, labels, height, width] = want.shape as [number, number, number, number];
  const pixels = height * width;
  let [decided, same] = [0, 0];
  for (let n = 0; n < batch; n++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const at = n * labels * pixels + pixel;
      const [best, lead] = bestLabel(want.data, at, labels, pixels);
      if (lead <= DECIDED) continue;
      decided++;
      if (bestLabel(got.data, at, labels, pixels)[0] === best) same++;
    }
  }
  return decided === 0 ? 1 : same / decided;
}

/** The class with the largest value, and its lead over the next. */
function bestLabel(logits: Float32Array, at: number, labels: number, stride: number): readonly [number, number] {
  let [best, top, second] = [0, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let label = 0; label < labels; label++) {
    const value = logits[at + label * stride]!;
    if (value > top) [best, second, top] = [label, top, value];
    else if (value > second) second = value;
  }
  return [best, top - second];
}
