import { NumberError } from "../../runtime/errors.ts";
import type { Precision } from "../../runtime/graph/tensor.ts";
import type { Engine } from "../../runtime/session/engine.ts";
import type { RunInputs } from "../../runtime/session/session.ts";
import type { WeightStore } from "../../runtime/session/weight-store.ts";
import type { Job } from "../runs/job.ts";
import { findOverflow } from "./find-overflow.ts";

interface Search extends Pick<Job, "record"> {
  readonly engine: Engine;
  readonly store: WeightStore;
  readonly inputs: RunInputs;
}

/** What is known of an answer that is not finite. */
interface NotFinite {
  /** What the user called. */
  readonly call: string;
  readonly precision: Precision;
  /** How much of it is not finite, in words. */
  readonly notFinite: string;
  /** Layers that are in f32 already. */
  readonly kept: ReadonlySet<string>;
}

/**
 * Layers that f16 cannot hold, beside those that are kept in f32 already; at least one.
 * @throws NumberError if that is no help: the weights, the picture or numbers in f32 are not finite either
 */
export async function layersToKeep(
  { engine, store, record, inputs }: Search,
  { call, precision, notFinite, kept }: NotFinite,
): Promise<readonly string[]> {
  // In f32 it shows at once all that is too large for f16.
  const { first, large } = await findOverflow(
    engine,
    store,
    record(() => true),
    inputs,
  );
  const isHalf = precision === "f16" && first === undefined;
  const more = isHalf ? large.filter((layer) => !kept.has(layer)) : [];
  if (more.length > 0) return more;
  const began = first === undefined ? "" : `, first in ${first}`;
  const advice = {
    f32: "Check the weights with verify.",
    f16: "Its weights may go past 65504, f16's largest: load the model with dtype f32.",
  }[precision];
  throw new NumberError(
    `${call}: want a finite answer of the network, got NaN or infinity at ${notFinite}${began}. ${advice}`,
  );
}
