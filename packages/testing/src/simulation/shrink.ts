export interface ShrinkOptions {
  /** All that the failing run was made of. */
  readonly atoms: readonly string[];
  /** Runs again with only these atoms, and says whether it still fails in the same way. */
  readonly fails: (kept: readonly string[]) => Promise<boolean>;
  /** How many runs it may take. Default 300. */
  readonly maxRuns?: number;
}

/**
 * The fewest atoms with which the run still fails, as far as taking out parts and then single ones
 * finds them (ddmin).
 */
export async function shrink({
  atoms,
  fails,
  maxRuns = 300,
}: ShrinkOptions): Promise<readonly string[]> {
  let kept = atoms;
  let runs = 0;
  let parts = 2;
  while (kept.length > 0 && runs < maxRuns) {
    const size = Math.ceil(kept.length / parts);
    let smaller: readonly string[] | undefined;
    for (let from = 0; from < kept.length && runs < maxRuns; from += size) {
      const without = kept.toSpliced(from, size);
      runs += 1;
      if (!(await fails(without))) continue;
      smaller = without;
      break;
    }
    if (smaller !== undefined) {
      kept = smaller;
      parts = Math.max(2, parts - 1);
    } else if (size === 1) {
      break;
    } else {
      parts = Math.min(kept.length, parts * 2);
    }
  }
  return kept;
}
