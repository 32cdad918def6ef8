import type { DoctorCase } from "./doctor-case.ts";
import { MAP_CASES } from "./map-cases.ts";
import { PRODUCT_CASES } from "./product-cases.ts";

/** All that a model is computed by. */
export const CASES: readonly DoctorCase[] = [...PRODUCT_CASES, ...MAP_CASES];
