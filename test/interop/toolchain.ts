import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** The programs that build and run the Java side. */
export interface Toolchain {
  readonly java: string;
  readonly maven: string;
  /** Where Maven is to find the same JDK; undefined: it finds one by itself. */
  readonly javaHome: string | undefined;
  readonly javaVersion: string;
}

/** What is missing and how to get it. */
export class ToolsMissing extends Error {}

const OLDEST_JAVA = 17;
const OLDEST_MAVEN = [3, 6, 3] as const;

/** Throws {@link ToolsMissing} that names all that is missing, not only the first. */
export function findToolchain(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Toolchain {
  const { JAVA_HOME: javaHome, MAVEN_HOME: mavenHome } = env;
  const java = javaHome ? join(javaHome, 'bin', 'java') : 'java';
  const javac = javaHome ? join(javaHome, 'bin', 'javac') : 'javac';
  const maven = mavenHome ? join(mavenHome, 'bin', 'mvn') : 'mvn';
  const javaVersion = javaVersionIn(outputOf(java, '-version') ?? '');
  const missing = [
    ...missingJava(java, javaVersion),
    ...(outputOf(javac, '-version') === undefined && javaVersion !== undefined
      ? [`${javac}: not there. A runtime alone does not do; install the whole JDK. ${GET_JAVA}`]
      : []),
    ...missingMaven(maven, outputOf(maven, '-version'), javaVersion !== undefined),
  ];
  if (javaVersion === undefined || missing.length > 0) throw new ToolsMissing(missing.join('\n'));
  return { java, maven, javaHome, javaVersion };
}

const GET_JAVA =
  'Debian and Ubuntu: apt-get install openjdk-17-jdk-headless; macOS: brew install openjdk; ' +
  'others: https://adoptium.net. JAVA_HOME goes before the path.';
const GET_MAVEN =
  'Debian and Ubuntu: apt-get install maven; macOS: brew install maven; ' +
  'others: https://maven.apache.org/download.cgi. MAVEN_HOME goes before the path.';

function missingJava(java: string, version: string | undefined): string[] {
  if (version === undefined) return [`${java}: not there. ${GET_JAVA}`];
  if (javaMajor(version) >= OLDEST_JAVA) return [];
  return [`${java} is ${version}: it takes ${OLDEST_JAVA} or newer. ${GET_JAVA}`];
}

function missingMaven(maven: string, output: string | undefined, hasJava: boolean): string[] {
  if (output === undefined) return [`${maven}: not there. ${GET_MAVEN}`];
  const version = mavenVersionIn(output);
  // It is there, but without Java it cannot tell its version.
  if (version === undefined && !hasJava) return [];
  if (version !== undefined && isAtLeast(version, OLDEST_MAVEN)) return [];
  const found = version ?? 'not a Maven that tells its version';
  return [`${maven} is ${found}: it takes ${OLDEST_MAVEN.join('.')} or newer. ${GET_MAVEN}`];
}

/** From `java -version`; undefined: that is not one. */
export function javaVersionIn(output: string): string | undefined {
  return /version "([\d._+-]+)[^"]*"/.exec(output)?.[1];
}

/** 8 is `1.8.0_392`, all later ones begin with their number. */
export function javaMajor(version: string): number {
  const [first = 0, second = 0] = version.split('.').map(Number.parseFloat);
  return first === 1 ? second : first;
}

/** From `mvn -version`, coloured or not; undefined: that is not one. */
export function mavenVersionIn(output: string): string | undefined {
  return /Apache Maven (\d+\.\d+\.\d+)/.exec(output)?.[1];
}

export function isAtLeast(version: string, oldest: readonly number[]): boolean {
  const parts = version.split('.').map(Number);
  const at = oldest.findIndex((number, index) => parts[index] !== number);
  return at === -1 || (parts[at] ?? 0) > (oldest[at] ?? 0);
}

/** Undefined: it is not there. Java tells its version on standard error. */
function outputOf(command: string, argument: string): string | undefined {
  const { error, stderr, stdout } = spawnSync(command, [argument], { encoding: 'utf8' });
  return error === undefined ? stdout + stderr : undefined;
}
