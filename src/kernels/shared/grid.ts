import { wgsl } from "./wgsl.ts";

/** WebGPU's default limit `maxComputeWorkgroupsPerDimension`. */
const LONGEST = 65535;

/** A one-dimensional range of workgroups, folded where it is longer than a dimension may be. */
export interface Grid {
  readonly workgroups: readonly [number, number, number];
  /** WGSL statements: from `workgroup: vec3u` to `group: u32`, returning from workgroups beyond the range. */
  readonly index: string;
}

/** Plans `count` workgroups; the shader names its `@builtin(workgroup_id)` `workgroup`. */
export function grid(count: number): Grid {
  if (count <= LONGEST) return { workgroups: [count, 1, 1], index: "let group = workgroup.x;" };
  const rows = Math.ceil(count / LONGEST);
  const columns = Math.ceil(count / rows);
  const index = wgsl`
    let group = workgroup.x + workgroup.y * ${columns}u;
    if (group >= ${count}u) { return; }`;
  return { workgroups: [columns, rows, 1], index };
}
