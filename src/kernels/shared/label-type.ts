/** How labels are stored: `none` is what a pixel gets that has no label since one of its values is NaN or infinite. */
export interface LabelType {
  readonly dtype: "u8" | "u16";
  readonly none: number;
}

/** Bytes while one number is left over for `none`. */
export function labelType(labels: number): LabelType {
  return labels <= 255 ? { dtype: "u8", none: 255 } : { dtype: "u16", none: 65535 };
}
