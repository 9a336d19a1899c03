/**
 * replyq against AWS's own Java Temporary Queue Client, in real processes over one server.
 *
 *   options.ts, help.ts, exit-codes.ts   the command line
 *   toolchain.ts, build.ts               Java and Maven; the Java side, built once
 *   java/                                the Java side; java-program.ts, java-sides.ts speak to it
 *   server.ts                            ElasticMQ, or the local server
 *   world.ts, raw-queues.ts              what a case plays with
 *   cases/                               what is found; run.ts runs them
 *   transcript.ts, vectors.json          what stands on the wire, without what is generated
 *   children.ts                          owns the processes
 *
 * This file owns the output and the exit code.
 */
import { progress } from '../../bench/progress.ts';
import { UsageError } from '../../bench/options.ts';
import { BuildFailed, buildJava } from './build.ts';
import { allCases } from './cases/all-cases.ts';
import { killAll } from './children.ts';
import { EXIT } from './exit-codes.ts';
import { HELP } from './help.ts';
import { parseOptions, type InteropOptions } from './options.ts';
import { runCases } from './run.ts';
import { startServer } from './server.ts';
import { findToolchain, ToolsMissing } from './toolchain.ts';

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    process.exitCode = EXIT.interrupted;
    void killAll().finally(() => process.exit(EXIT.interrupted));
  });
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') console.log(HELP);
  else process.exitCode = (await interop(options)) ? EXIT.good : EXIT.failed;
} catch (error) {
  // Whoever interrupts knows why nothing came of it.
  if (process.exitCode !== EXIT.interrupted) {
    console.error(isExpected(error) ? error.message : error);
    process.exitCode = exitCodeOf(error);
  }
} finally {
  await killAll();
}

async function interop({ json, only, sdk, server: kind }: InteropOptions): Promise<boolean> {
  const beganMs = performance.now();
  const cases = allCases.filter(({ name }) => name.includes(only));
  if (cases.length === 0)
    throw new UsageError(`--only is "${only}": no case has that in its name.`);
  const tools = findToolchain();
  const launch = { java: tools.java, classPath: await buildJava(sdk, tools) };
  const server = await startServer(kind, launch);
  progress(`${cases.length} cases over ${kind}, Java ${tools.javaVersion}, the ${sdk} SDK`);
  const results = await runCases(cases, server, launch);
  await server.close();
  const failed = results.filter(({ ok }) => !ok).length;
  const seconds = Math.round((performance.now() - beganMs) / 1000);
  const summary = `${results.length - failed} passed, ${failed} failed`;
  const { javaVersion } = tools;
  const report = { sdk, server: kind, javaVersion, seconds, failed, cases: results };
  console.log(json ? JSON.stringify(report, null, 2) : `${seconds} s  ${summary}`);
  return failed === 0;
}

function isExpected(error: unknown): error is Error {
  return [UsageError, ToolsMissing, BuildFailed].some((kind) => error instanceof kind);
}

function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT.usage;
  if (error instanceof ToolsMissing) return EXIT.toolsMissing;
  return error instanceof BuildFailed ? EXIT.buildFailed : EXIT.failed;
}
