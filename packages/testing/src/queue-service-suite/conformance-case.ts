/**
 * One finding about whatever implements a seam. It knows no test framework: a runner calls
 * {@link runCase}, or leaves the case out, visibly, when {@link missingFeatures} names some.
 */
export interface ConformanceCase<T, Feature extends string = string> {
  /** The finding, in the present tense. */
  readonly name: string;
  /** Features without which the case proves nothing, or takes hours. */
  readonly needs: readonly Feature[];
  /** Opens a fixture of its own, and rejects when the finding is not true of it. */
  run(factory: () => Promise<T>): Promise<void>;
}

/** What the case needs and this implementation does not have. */
export function missingFeatures<Feature extends string>(
  { needs }: { readonly needs: readonly Feature[] },
  features: Readonly<Record<Feature, boolean>>,
): readonly Feature[] {
  return needs.filter((feature) => !features[feature]);
}

/** Runs one case; the error of a failure names it. */
export async function runCase<T>(
  finding: ConformanceCase<T>,
  factory: () => Promise<T>,
): Promise<void> {
  try {
    await finding.run(factory);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`It is not true that ${finding.name}: ${reason}`, { cause });
  }
}
