/** What is wrong with a number, or undefined. */
export function rangeFault(
  name: string,
  value: number,
  min: number,
  max: number,
): string | undefined {
  if (value >= min && value <= max) return undefined;
  return `${name} must be from ${min} to ${max}, not ${value}`;
}
