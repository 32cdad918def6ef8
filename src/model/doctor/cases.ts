import { ATTENTION_CASES } from "./attention-cases.ts";
import type { DoctorCase } from "./doctor-case.ts";
import { LAYOUT_CASES } from "./layout-cases.ts";
import { MAP_CASES } from "./map-cases.ts";
import { PRODUCT_CASES } from "./product-cases.ts";
import { WINOGRAD_CASES } from "./winograd-cases.ts";

/** All that a model is computed by. */
export const CASES: readonly DoctorCase[] = [
  ...PRODUCT_CASES,
  ...WINOGRAD_CASES,
  ...ATTENTION_CASES,
  ...MAP_CASES,
  ...LAYOUT_CASES,
];
