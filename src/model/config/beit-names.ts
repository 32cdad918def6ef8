import { type Checkpoint, renamed } from "../../runtime/checkpoints/checkpoint.ts";

/** What transformers 5 has before the names of a BeitBackbone, in memory and in a few of those that it writes. */
const BEIT = /^backbone\.beit\./;

/** The same tensors without it, as all transformers before have them. */
export function withShortNames(checkpoint: Checkpoint): Checkpoint {
  const names = [...checkpoint.tensors].map(([name, tensor]) => [name.replace(BEIT, "backbone."), tensor] as const);
  return renamed(checkpoint, new Map(names));
}
