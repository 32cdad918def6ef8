/** `12.34 %`. */
export function formatShare(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
