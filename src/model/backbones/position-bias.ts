import { roundedTo, type StoredDType } from "../../runtime/floats.ts";
import type { Weight } from "../../runtime/graph/weight.ts";
import type { WeightScope } from "../weights/weights.ts";

/** Hidden units of the MLP that makes biases of coordinates; the same in all models. */
const HIDDEN = 512;

/** Largest bias. */
const LARGEST = 16;

export interface PositionBiasConfig {
  readonly heads: number;
  /** M: windows have M × M tokens. */
  readonly window: number;
  /** M where the model was trained before, which then scales the coordinates; 0 if it was not. */
  readonly pretrainedWindow: number;
}

/**
 * The log-spaced continuous position bias of Swin V2 (Liu et al., arXiv:2111.09883, equations 3 and 4): an MLP makes the biases
 * of the heads from how far apart two tokens are. It depends on the weights alone, so it is computed once, while they load.
 * Binds `continuous_position_bias_mlp` of transformers' Swinv2SelfAttention.
 * @returns `[1, 2M − 1, 2M − 1, heads]`, by rows and columns from −(M − 1) to M − 1, how far the query is below and to the right
 */
export function positionBias(scope: WeightScope, { heads, window, pretrainedWindow }: PositionBiasConfig): Weight {
  const side = 2 * window - 1;
  const name = "continuous_position_bias_mlp";
  const sources = [
    { name: `${name}.0.weight`, shape: [HIDDEN, 2] },
    { name: `${name}.0.bias`, shape: [HIDDEN] },
    { name: `${name}.2.weight`, shape: [heads, HIDDEN] },
  ];
  return scope.derivedFor(name, [1, side, side, heads], sources, (stored) => (first, bias, second) => {
    const coordinates = logSpaced(window, pretrainedWindow, stored!);
    const table = new Float32Array(heads * side * side);
    const hidden = new Float64Array(HIDDEN);
    for (let at = 0; at < side * side; at++) {
      const [y, x] = [coordinates[Math.floor(at / side)]!, coordinates[at % side]!];
      for (let u = 0; u < HIDDEN; u++) hidden[u] = Math.max(0, first![2 * u]! * y + first![2 * u + 1]! * x + bias![u]!);
      for (let head = 0; head < heads; head++) {
        let sum = 0;
        for (let u = 0; u < HIDDEN; u++) sum += second![head * HIDDEN + u]! * hidden[u]!;
        table[at * heads + head] = LARGEST / (1 + Math.exp(-sum));
      }
    }
    return table;
  });
}

/**
 * Equation 4, `sign(Δ) · log(1 + |Δ|)`, of Δ from −8 to 8 over the window of the training, to base 8. transformers rounds
 * them to the type of the MLP's weights: in F16 that moves biases by 1e-3, so a model's answers depend on it.
 */
function logSpaced(window: number, pretrainedWindow: number, stored: StoredDType): Float32Array {
  const last = (pretrainedWindow > 0 ? pretrainedWindow : window) - 1;
  const coordinates = Float32Array.from({ length: 2 * window - 1 }, (_, i) => {
    const apart = i - (window - 1);
    // A window of one token has no distances.
    const delta = apart === 0 ? 0 : (8 * apart) / last;
    return (Math.sign(delta) * Math.log2(1 + Math.abs(delta))) / Math.log2(8);
  });
  return roundedTo(stored, coordinates);
}
