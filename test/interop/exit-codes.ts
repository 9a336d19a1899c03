/** How the command ends, for scripts that want to know why. */
export const EXIT = {
  good: 0,
  /** A case failed. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** Java or Maven is missing, or too old. */
  toolsMissing: 3,
  /** Maven could not build the Java side. */
  buildFailed: 4,
  interrupted: 130,
} as const;
