// `npm test`: every check, in the order in which a reader wants to hear of a fault, cheapest first. A check
// that fails does not stop the others, except those that need its result.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packedInstall } from '../test/packaging/packed-install.mjs';
import { build } from './build.mjs';
import { run } from './command.mjs';
import { inspectTarball, packAll } from './packages.mjs';

/**
 * `check` resolves with the outcomes it counts, each `{ name, ok, output? }`; a failed one's output is
 * printed. `tests` counts many at once: `{ name, passed, failed }`.
 */
const CHECKS = [
  { name: 'format', check: () => one('format', run('oxfmt', ['--check', '.'])) },
  { name: 'lint', check: () => one('lint', run('oxlint', [])) },
  { name: 'types', check: () => one('types', run('tsc', ['-p', '.'])) },
  { name: 'build', check: () => one('build', build()) },
  { name: 'packages', needs: ['build'], check: checkPackages },
  { name: 'tests', check: runTests },
  {
    name: 'packed-install',
    needs: ['build', 'packages'],
    check: ({ tarballs }) => packedInstall(tarballs, run),
  },
];

/** Runs all checks, or those named with what they need. Resolves with the exit code. */
export async function runChecks(names) {
  const known = CHECKS.map(({ name }) => name);
  const strangers = names.filter((name) => !known.includes(name));
  if (strangers.length > 0) {
    console.error(`No check "${strangers.join(', ')}": it is one of ${known.join(', ')}.`);
    return 1;
  }
  const chosen = new Set(names.length === 0 ? known : names);
  for (const { name, needs = [] } of CHECKS.toReversed()) {
    if (chosen.has(name)) for (const need of needs) chosen.add(need);
  }
  const context = { temp: mkdtempSync(join(tmpdir(), 'replyq-check-')), tarballs: [] };
  try {
    return summarize(
      await runInTurn(
        CHECKS.filter(({ name }) => chosen.has(name)),
        context,
      ),
    );
  } finally {
    rmSync(context.temp, { recursive: true, force: true });
  }
}

async function runInTurn(checks, context) {
  const results = [];
  for (const { name, needs = [], check } of checks) {
    console.log(`\n=== ${name}`);
    const lacks = needs.filter((need) => !results.some((r) => r.name === need && r.failed === 0));
    if (lacks.length > 0) {
      console.log(`skipped: ${lacks.join(' and ')} failed`);
      results.push({ name, passed: 0, failed: 0, skipped: true, ms: 0 });
      continue;
    }
    const startedAt = performance.now();
    const outcomes = await check(context).catch((error) => [
      { name, ok: false, output: String(error?.stack ?? error) },
    ]);
    for (const { ok, output, name: what } of outcomes) {
      if (ok === false && output) console.log(`--- ${what}\n${output.trimEnd()}`);
    }
    const passed = outcomes.reduce((sum, o) => sum + (o.passed ?? (o.ok ? 1 : 0)), 0);
    const failed = outcomes.reduce((sum, o) => sum + (o.failed ?? (o.ok ? 0 : 1)), 0);
    const result = { name, passed, failed, skipped: false, ms: performance.now() - startedAt };
    results.push(result);
    console.log(line(result));
  }
  return results;
}

function summarize(results) {
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  console.log('\n=== summary');
  for (const result of results) console.log(line(result));
  const skipped = results.some((result) => result.skipped);
  console.log(
    line({ name: 'all', passed: sum('passed'), failed: sum('failed'), skipped, ms: sum('ms') }),
  );
  return sum('failed') > 0 || skipped ? 1 : 0;
}

function line({ name, passed, failed, skipped, ms }) {
  const verdict = failed > 0 ? 'FAIL' : skipped ? 'skip' : 'ok';
  const seconds = `${(ms / 1000).toFixed(1).padStart(6)} s`;
  return `${verdict.padEnd(6)}${name.padEnd(20)}${seconds}  ${passed} passed, ${failed} failed`;
}

async function one(name, running) {
  const { ok, output } = await running;
  return [{ name, ok, output }];
}

async function checkPackages(context) {
  const packed = await packAll(context.temp);
  if (!packed.ok) return [{ name: 'pack', ok: false, output: packed.output }];
  context.tarballs = packed.tarballs;
  return Promise.all(
    packed.tarballs.map(async (tarball) => {
      const faults = await inspectTarball(tarball);
      return { name: tarball.name, ok: faults === '', output: faults };
    }),
  );
}

async function runTests({ temp }) {
  const report = join(temp, 'vitest.json');
  const { ok } = await run('vitest', [
    'run',
    '--config',
    'test/vitest.config.ts',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  if (!existsSync(report)) return [{ name: 'vitest', ok: false }];
  const {
    numPassedTests: passed,
    numFailedTests,
    testResults,
  } = JSON.parse(readFileSync(report, 'utf8'));
  // A file that does not load, or a rejection outside any test, fails the run without a failed test.
  const isFailed = ({ status }) => status === 'failed';
  const broken = testResults.filter(
    (file) => isFailed(file) && !file.assertionResults.some(isFailed),
  ).length;
  const failed = numFailedTests + broken;
  return [{ name: 'vitest', passed, failed: ok ? failed : Math.max(failed, 1) }];
}
