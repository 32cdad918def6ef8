import { checkArgument } from "../runtime/check-argument.ts";
import type { NamedTensor } from "../runtime/checkpoints/read-tensors.ts";
import { type Comparison, compare } from "../runtime/compare.ts";
import type { Precision } from "../runtime/graph/tensor.ts";
import { kindOf } from "../runtime/kind-of.ts";

/**
 * Largest error that is right, against the largest |expected| of a stage. In f32, sums of a few thousand products in
 * another order differ by about 1e-6 of it; what is wrong by a term differs by 1e-2 and more. In f16, each tensor between
 * is rounded by up to 5e-4 of its values; nine models of 4 to 12 blocks ended 1e-3 off at most in the backbone, 1.5e-3 in
 * the neck and 2.3e-3 in the output.
 */
export const STAGE_TOLERANCE: Readonly<Record<Precision, number>> = { f32: 1e-4, f16: 5e-3 };

/** Below this lead of the best class over the next, rounding decides; logits are around 10. */
const DECIDED: Readonly<Record<Precision, number>> = { f32: 1e-3, f16: 5e-2 };

/** How one stage of a forward pass agrees with the expected one. */
export interface StageReport {
  readonly stage: string;
  readonly shape: readonly number[];
  /** `undefined` if the stage is missing or of another shape. */
  readonly comparison: Comparison | undefined;
  /**
   * Share of pixels with the same best class, among those whose best class leads by more than 1e-3, or 5e-2 in f16;
   * logits only.
   */
  readonly agreement: number | undefined;
  /** What is wrong; `undefined` if nothing is. */
  readonly problem: string | undefined;
}

/** How close {@link verifyStages} wants answers to be. */
export interface VerifyOptions {
  /** What the model has stored in; f32 if left out. */
  readonly precision?: Precision | undefined;
  /** Largest error against the largest |expected|; {@link STAGE_TOLERANCE} if left out. */
  readonly tolerance?: number | undefined;
}

/**
 * Compares a forward pass with what was expected of it, stage by stage in the order of `expected`.
 * @param got what `forward` answers with `stages`: tensors by name, in PyTorch's layout
 * @param expected the same from PyTorch, as `readTensors` gives a file of them
 * @returns a report for each expected stage, whether it agrees or not
 * @throws UsageError for what are no tensors by name
 */
export function verifyStages(
  got: ReadonlyMap<string, NamedTensor>,
  expected: ReadonlyMap<string, NamedTensor>,
  options: VerifyOptions = {},
): StageReport[] {
  const given: VerifyOptions = { ...options };
  const { precision = "f32" } = given;
  checkArgument(precision in STAGE_TOLERANCE, "verify", "f32 or f16 as precision", precision, "A model tells its own.");
  const { tolerance = STAGE_TOLERANCE[precision] } = given;
  for (const tensors of [got, expected]) {
    const isMap = kindOf(tensors) === "Map";
    checkArgument(isMap, "verify", "tensors in a Map by their names", tensors, "forward and readTensors give such.");
  }
  const limits = { tolerance, decided: DECIDED[precision] };
  return [...expected].map(([stage, want]) => verifyStage(stage, got.get(stage), want, limits));
}

function verifyStage(
  stage: string,
  got: NamedTensor | undefined,
  want: NamedTensor,
  { tolerance, decided }: { readonly tolerance: number; readonly decided: number },
): StageReport {
  const { shape } = want;
  if (!got || got.shape.join() !== shape.join()) {
    const problem = `want [${shape.join(", ")}], got ${got ? `[${got.shape.join(", ")}]` : "nothing"}`;
    return { stage, shape, comparison: undefined, agreement: undefined, problem };
  }
  const scale = want.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const comparison = compare(got.data, want.data, shape, tolerance * scale);
  const agreement = /^(?:segmentation_)?logits$/.test(stage) ? labelAgreement(got, want, decided) : undefined;
  return { stage, shape, comparison, agreement, problem: problemOf(comparison, agreement) };
}

function problemOf(
  { ok, notFinite, over, at, got, want }: Comparison,
  agreement: number | undefined,
): string | undefined {
  if (notFinite > 0) return `${notFinite} values are not finite`;
  if (!ok) return `${over} values over tolerance, the worst at [${at.join(", ")}]: want ${want}, got ${got}`;
  if (agreement !== undefined && agreement < 1) return `labels agree on ${(100 * agreement).toFixed(4)} %`;
  return undefined;
}

/** Over `[N, labels, H, W]`. */
function labelAgreement(got: NamedTensor, want: NamedTensor, decided: number): number {
  const [batch, labels, height, width] = want.shape as [number, number, number, number];
  const pixels = height * width;
  let [counted, same] = [0, 0];
  for (let n = 0; n < batch; n++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const at = n * labels * pixels + pixel;
      const [best, lead] = bestLabel(want.data, at, labels, pixels);
      if (lead <= decided) continue;
      counted++;
      if (bestLabel(got.data, at, labels, pixels)[0] === best) same++;
    }
  }
  return counted === 0 ? 1 : same / counted;
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
