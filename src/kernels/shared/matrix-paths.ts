/** All paths by subgroup matrices; {@link subgroupMatrices} is the door to them. */
export { matricesWays } from "./matrices-ways.ts";
export { matrixShapes } from "./matrix-shapes.ts";
