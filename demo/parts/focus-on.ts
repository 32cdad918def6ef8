/** Puts the focus somewhere when what had it goes away, or it would be lost: the next key would begin at the page's top. */
export function focusOn(id: "stage" | "legend-title" | "camera"): void {
  document.getElementById(id)?.focus({ preventScroll: true });
}
