import { grid } from "./grid.ts";
import { wgsl } from "./wgsl.ts";

/** Invocations of a workgroup. */
const INVOCATIONS = 64;

const gridOf = (count: number) => grid(Math.ceil(count / INVOCATIONS));

/** Workgroups of a kernel whose invocations make one of `count` items each. */
export function itemWorkgroups(count: number): readonly [number, number, number] {
  return gridOf(count).workgroups;
}

/** The entry point of such a kernel, as a tag: the template has the statements for item `i: u32`. */
export function eachItem(count: number): typeof wgsl {
  return (...statements) => wgsl`
    @compute @workgroup_size(${INVOCATIONS})
    fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
      ${gridOf(count).index}
      let i = group * ${INVOCATIONS}u + lane;
      if (i >= ${count}u) { return; }
      ${wgsl(...statements)}
    }`;
}
