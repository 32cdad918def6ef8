import type { Kernel } from "../graph/kernel.ts";

/** How kernels take the place of their workgroup. */
export const PLACE = "@builtin(workgroup_id) workgroup: vec3u";

/** How many parts a kernel can be cut into: one where its text does not ask for its place. */
export function mostParts({ code, workgroups }: Kernel): number {
  return code.includes(PLACE) ? workgroups.reduce((product, size) => product * size) : 1;
}
