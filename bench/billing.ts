/** AWS bills a request once per 64 KiB of its payload that it has begun. */
const BILLED_CHUNK_BYTES = 65_536;

/** AWS's list price for standard queues in us-east-1 (https://aws.amazon.com/sqs/pricing/). */
const DOLLARS_PER_MILLION_UNITS = 0.4;

/** What one API request counts on the bill. */
export function billedUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / BILLED_CHUNK_BYTES));
}

/** What a million calls cost of which each takes so many billed units. */
export function dollarsPerMillionCalls(unitsPerCall: number): number {
  return unitsPerCall * DOLLARS_PER_MILLION_UNITS;
}
