const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB"];

/** `26.5 MiB`. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 ? value : value.toPrecision(value < 1000 ? 3 : 4)} ${UNITS[power]}`;
}
