/** Whether all came as promised: looked up in the world, wherever it can be seen there. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { BUSY, LATER, POISON } from './producer.ts';
import { Checks } from './run/checks.ts';
import type { Outcome, Stage } from './story.ts';
import { COLOURS, FAILED_COLOUR, TOP } from './work/plot.ts';
import { VARIANTS_OF_AN_IMAGE } from './work/process-image.ts';

export async function judge(stage: Stage, outcome: Outcome): Promise<Checks> {
  const checks = new Checks();
  judgeTasks(checks, stage, outcome);
  judgeMails(checks, stage, outcome);
  judgePoison(checks, stage, outcome);
  await judgeImages(checks, stage, outcome);
  judgeCleanUp(checks, stage);
  await judgeReport(checks, stage, outcome);
  judgeWorkers(checks, stage, outcome);
  return checks;
}

function judgeTasks(checks: Checks, { journal }: Stage, { tasks }: Outcome): void {
  const done = tasks.filter((task) => journal.done.includes(task));
  const again = journal.done.length - done.length;
  const howOften = again === 0 ? 'each once' : `${again} runs more than needed`;
  checks.expect(
    done.length === tasks.length,
    `tasks: ${done.length} of ${tasks.length} done, ${howOften}`,
  );
}

function judgeMails(checks: Checks, { journal, sink }: Stage, outcome: Outcome): void {
  const { mails, refused } = sink;
  const distinct = new Set(mails.map(({ messageId }) => messageId)).size;
  const again = mails.length - distinct;
  const howOften = again === 0 ? 'each once' : `${again} of them again`;
  checks.expect(
    distinct === outcome.emails,
    `mails: ${distinct} of ${outcome.emails} are in the mail server, ${howOften}`,
  );
  const retries = journal.retries.filter(({ error }) => error.includes('451'));
  const taken = mails.filter(({ to }) => to === BUSY).length;
  checks.expect(
    refused.length === 1 && retries.length === 1 && taken > 0,
    `retry: ${refused.length} mail refused, tried again ${retries.length} time, then taken`,
  );
  const later = mails.find(({ to }) => to === LATER.to);
  const waitedMs = (later?.receivedAtMs ?? 0) - outcome.enqueuedAtMs;
  checks.expect(
    waitedMs >= LATER.delayMs,
    `delay: the mail with delayMs ${LATER.delayMs} came after ${waitedMs} ms`,
  );
}

function judgePoison(checks: Checks, { journal, sink }: Stage, outcome: Outcome): void {
  const { letters, redriven } = outcome;
  const [letter] = letters;
  const { attempts, message = '' } = letter?.failure ?? {};
  const dead = journal.deaths.map(({ task }) => task).join();
  checks.expect(
    letters.length === 1 && letter?.task === dead && attempts === 3 && message !== '',
    `dead letters: ${letters.length} after ${attempts ?? 0} attempts, with the reason`,
  );
  // Its id stays the same on all ways, and is the mail's.
  const mails = sink.mails.filter(({ messageId }) => messageId === `<${letter?.task}@example.org>`);
  checks.expect(
    redriven === 1 && mails.some(({ raw, to }) => to === POISON && raw.includes('Dear PLATO')),
    `redrive: ${redriven} moved back, and its mail says "Dear PLATO"`,
  );
}

async function judgeImages(checks: Checks, { office }: Stage, outcome: Outcome): Promise<void> {
  const expected = office.photos.length * VARIANTS_OF_AN_IMAGE;
  let right = 0;
  for (const { file, height, width } of outcome.images.flatMap(({ files }) => files)) {
    const found = await sharp(join(office.folder, file)).metadata();
    if (found.format === 'webp' && found.width === width && found.height === height) right += 1;
  }
  checks.expect(
    right === expected,
    `images: ${right} of ${expected} WebP files are there, of the sizes that the results say`,
  );
  checks.expect(outcome.told > 0, `progress: told ${outcome.told} times while they were made`);
}

function judgeCleanUp(checks: Checks, { office }: Stage): void {
  const { data, expired, expiredBefore, valid } = office;
  const left = data.countSessions(expiredBefore.getTime());
  checks.expect(
    expired > 0 && left.expired === 0 && left.valid === valid,
    `clean-up: ${expired - left.expired} of ${expired} expired sessions deleted, ${left.valid} of ${valid} others kept`,
  );
}

async function judgeReport(
  checks: Checks,
  { journal, office }: Stage,
  { report }: Outcome,
): Promise<void> {
  const { failedRuns, image, plot, runs } = report;
  const svg = await readFile(join(office.folder, plot), 'utf8');
  const bars = svg.split('class="run"').length - 1;
  const before = office.data.runs().filter(({ procedure }) => procedure !== 'generateReport');
  const failures = journal.retries.length + journal.deaths.length;
  checks.expect(
    bars === before.length && runs === before.length && failedRuns === failures,
    `report: ${plot} has ${bars} bars for ${before.length} runs, of which ${failedRuns} failed`,
  );
  const png = sharp(join(office.folder, image.file));
  const { format, height, width } = await png.metadata();
  const { sendEmail, processImage, cleanUp } = COLOURS;
  const missing = await missingColours(png, [sendEmail, processImage, cleanUp, FAILED_COLOUR]);
  checks.expect(
    format === 'png' && width === image.width && height === image.height && missing.length === 0,
    `report: ${image.file} is a PNG, ${width} × ${height}, with bars of all colours`,
  );
}

/** Below the legend. A bar's inner pixels have exactly its colour; only its edges are mixed with others. */
async function missingColours(png: Sharp, colours: readonly string[]): Promise<readonly string[]> {
  const { height, width } = await png.metadata();
  const bars = png.extract({ left: 0, top: TOP, width, height: height - TOP });
  const pixels = await bars.removeAlpha().raw().toBuffer();
  const found = new Set<string>();
  for (let at = 0; at + 2 < pixels.length; at += 3) {
    found.add(`#${pixels.toString('hex', at, at + 3)}`);
  }
  return colours.filter((colour) => !found.has(colour));
}

function judgeWorkers(checks: Checks, { crew, office }: Stage, { ends }: Outcome): void {
  const workers = new Set(office.data.runs().map(({ worker }) => worker));
  checks.expect(workers.has('ann v1') && workers.has('bob v1'), 'workers: both have had tasks');
  const wrong = ends.filter((end) => end !== 0).length;
  const running = crew.running().length;
  checks.expect(
    ends.length === 4 && wrong === 0 && running === 0,
    `processes: ${ends.length} were started, ${ends.length - wrong} ended with code 0, ${running} still run`,
  );
}
