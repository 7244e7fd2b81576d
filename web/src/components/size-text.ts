/** A number of bytes for people, e.g. `1.5 KiB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`;
  const units = ['KiB', 'MiB', 'GiB'];
  const index = Math.min(Math.floor(Math.log2(bytes) / 10), units.length) - 1;
  return `${(bytes / 1_024 ** (index + 1)).toFixed(1)} ${units[index]}`;
}
