/** The class of something as its maker names it, also of what comes from another frame of the page. */
export function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}
