import { progress } from '../../bench/progress.ts';
import type { InteropCase } from './interop-case.ts';
import type { Launch } from './java-program.ts';
import type { Server } from './server.ts';
import { within } from './until.ts';
import { World } from './world.ts';

export interface CaseResult {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: number;
  /** Why it failed, and what the Java side said on standard error. */
  readonly error?: string;
}

/** Above all deadlines of one case together. */
const CASE_WITHIN_MS = 180_000;
const CLOSE_WITHIN_MS = 60_000;

/** One after the other: two JVMs and a Node are enough for a small machine. */
export async function runCases(
  cases: readonly InteropCase[],
  server: Server,
  launch: Launch,
): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = [];
  for (const each of cases) {
    const result = await runCase(each, server, launch);
    results.push(result);
    progress(
      `${result.ok ? 'ok  ' : 'FAIL'} ${result.seconds.toFixed(1).padStart(5)} s  ${each.name}`,
    );
    if (result.error !== undefined) progress(result.error.replaceAll(/^/gm, '       '));
  }
  return results;
}

async function runCase(
  { name, run }: InteropCase,
  server: Server,
  launch: Launch,
): Promise<CaseResult> {
  const beganMs = performance.now();
  const world = new World(server, launch);
  let error: string | undefined;
  // What fails while the case waits for something else: it would wait in vain.
  const stray = Promise.withResolvers<never>();
  process.on('unhandledRejection', stray.reject);
  try {
    const ending = Promise.race([run(world), stray.promise]);
    await within(`the end of "${name}"`, ending, CASE_WITHIN_MS);
  } catch (cause) {
    error = `${told(cause)}\n${world.javaStderr()}`.trim();
  }
  try {
    await within('all closed', world.close(), CLOSE_WITHIN_MS);
  } catch (cause) {
    error ??= told(cause);
  }
  process.off('unhandledRejection', stray.reject);
  const seconds = Math.round(performance.now() - beganMs) / 1000;
  return { name, ok: error === undefined, seconds, ...(error !== undefined && { error }) };
}

function told(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
