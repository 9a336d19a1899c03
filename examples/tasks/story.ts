/** What happens in the example, in this order. It owns nothing: `start.ts` has opened what it is given. */
import type { Transport } from '@replyq/contract/transport';
import type { AwaitedTask, Requester } from '@replyq/requester';
import { deadLetters, ensureQueues, formatPlan, type DeadLetter } from '@replyq/tasks';
import { jobs } from './contract.ts';
import {
  enqueueCleanUps,
  enqueueEmails,
  enqueueImages,
  enqueueReport,
  type Images,
  type Report,
  type Tasks,
} from './producer.ts';
import type { Crew } from './run/crew.ts';
import type { Journal } from './run/journal.ts';
import type { MailSink } from './run/mail-sink.ts';
import { SITES, type Office } from './run/office.ts';
import { SharedBar } from './run/shared-bar.ts';
import type { Terminal } from './run/terminal.ts';
import { REPORT_STEPS } from './work/generate-report.ts';
import { VARIANTS_OF_AN_IMAGE } from './work/process-image.ts';

export interface Stage {
  readonly transport: Transport;
  readonly requester: Requester;
  readonly namespace: string;
  readonly terminal: Terminal;
  readonly office: Office;
  readonly sink: MailSink;
  readonly crew: Crew;
  readonly journal: Journal;
}

/** What {@link runStory} alone knows. The rest is to be found in the stage. */
export interface Outcome extends FirstAct, SecondAct {
  /** Ids of all tasks. */
  readonly tasks: readonly string[];
  readonly report: Report;
  /** How each worker has ended. */
  readonly ends: readonly (number | string)[];
}

export async function runStory(stage: Stage): Promise<Outcome> {
  const { crew, requester, terminal, transport } = stage;
  const plan = await ensureQueues(transport, [jobs]);
  terminal.say('queues', formatPlan(plan));
  if (!plan.ok) throw new Error('The queues are not as they should be.');
  const tasks = requester.tasks(jobs);
  const worked = await workWithBug(stage, tasks);
  const mended = await mendAndRedrive(stage);
  const report = await drawReport(stage, tasks);
  return {
    ...worked,
    ...mended,
    tasks: [...worked.enqueued, report.id],
    report: await report.result(),
    ends: await crew.stop(),
  };
}

interface FirstAct {
  readonly enqueued: readonly string[];
  readonly emails: number;
  /** Before anything was: epoch milliseconds. */
  readonly enqueuedAtMs: number;
  readonly images: readonly Images[];
  /** How often progress was told. */
  readonly told: number;
}

/** All but the report. Ends when each task is done or dead. */
async function workWithBug(stage: Stage, tasks: Tasks): Promise<FirstAct> {
  const { crew, journal, office, terminal } = stage;
  const { expiredBefore, photos } = office;
  await startWorkers(stage, 1);
  const enqueuedAtMs = Date.now();
  const emails = await enqueueEmails(tasks);
  const cleanUps = await enqueueCleanUps(tasks, SITES, expiredBefore);
  const bar = new SharedBar(terminal.bar('images'), photos, VARIANTS_OF_AN_IMAGE);
  const awaited = await enqueueImages(tasks, photos, (photo, done) => bar.tell(photo, done));
  const handles = [...emails, ...cleanUps, ...awaited];
  terminal.say('tasks', `${handles.length} enqueued: ${countsOf(handles)}`);
  bar.show();
  const results = awaited.map(async (task, index) => {
    const made = await task.result();
    bar.finish(photos[index] ?? '');
    return made;
  });
  const images = await crew.during(Promise.all(results));
  bar.end();
  const enqueued = handles.map(({ id }) => id);
  await crew.during(journal.until(() => journal.open(enqueued).length === 0));
  return { enqueued, emails: emails.length, enqueuedAtMs, images, told: bar.told };
}

interface SecondAct {
  readonly letters: readonly DeadLetter[];
  readonly redriven: number;
}

async function mendAndRedrive(stage: Stage): Promise<SecondAct> {
  const { crew, journal, terminal, transport } = stage;
  const dead = deadLetters(transport, 'jobs');
  const letters = await dead.peek();
  for (const { failure, input, procedure } of letters) {
    const given = input.kind === 'decoded' ? JSON.stringify(input.value) : input.why;
    terminal.say(
      'dead letter',
      `${procedure} ${given}\n${failure?.code} after ${failure?.attempts} attempts: ${failure?.message}`,
    );
  }
  await crew.stop();
  await startWorkers(stage, 2);
  const deaths = journal.deaths.length;
  const { moved, movedTo } = await dead.redrive();
  terminal.say('redrive', `${moved} moved to "${Object.keys(movedTo).join()}"`);
  const redriven = letters.flatMap(({ task }) => task ?? []);
  const isOver = (): boolean =>
    journal.deaths.length > deaths || redriven.every((task) => journal.done.includes(task));
  await crew.during(journal.until(isOver));
  return { letters, redriven: moved };
}

async function drawReport(stage: Stage, tasks: Tasks): Promise<AwaitedTask<Report>> {
  const { crew, terminal } = stage;
  const bar = terminal.bar('report');
  const report = await enqueueReport(tasks, ({ done, of }) => bar.show(done, of));
  const { image } = await crew.during(report.result());
  bar.show(REPORT_STEPS, REPORT_STEPS);
  bar.end();
  terminal.say('', `${image.file} in the folder shows who has worked on what`);
  return report;
}

async function startWorkers(stage: Stage, version: number): Promise<void> {
  const { crew, namespace, office, sink, terminal } = stage;
  const settings = { namespace, folder: office.folder, smtpPort: sink.port, version };
  const ids = await crew.start(settings);
  const bug = version === 1 ? 'which has a bug' : 'which is mended';
  terminal.say('workers', `processes ${ids.join(' and ')} run version ${version}, ${bug}`);
}

function countsOf(handles: readonly { readonly procedure: string }[]): string {
  const groups = Map.groupBy(handles, ({ procedure }) => procedure);
  return [...groups].map(([procedure, group]) => `${group.length} ${procedure}`).join(', ');
}
