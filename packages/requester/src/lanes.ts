/** On their way at once, of those that are enqueued together: many full batches, and less than an outbox holds. */
const MANY_AT_ONCE = 4096;

/** Begins `work` with each of `all`, in their order, as far as there are lanes. Rejects where one of them does. */
export async function inLanes<TEach>(
  all: readonly TEach[],
  work: (each: TEach) => Promise<void>,
): Promise<void> {
  // Shared by all lanes: each takes the next one.
  const left = all.values();
  const run = async (): Promise<void> => {
    for (const each of left) await work(each);
  };
  const lanes = Math.min(MANY_AT_ONCE, all.length);
  await Promise.all(Array.from({ length: lanes }, run));
}
