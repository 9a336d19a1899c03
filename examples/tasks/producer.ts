import type { InferInput, InferOutput } from '@replyq/contract';
import type { AwaitedTask, EnqueueResult, TaskHandle, TasksOf } from '@replyq/requester';
import type { jobs } from './contract.ts';

export type Tasks = TasksOf<typeof jobs>;
type Email = InferInput<typeof jobs.sendEmail>;
export type Images = InferOutput<typeof jobs.processImage>;
export type Report = InferOutput<typeof jobs.generateReport>;

/** The mail server refuses the first mail to this one. */
export const BUSY = 'busy@example.org';
/** This one is to get its mail later. */
export const LATER = { to: 'later@example.org', delayMs: 3000 };
/** Version 1 of the worker cannot write to somebody without a surname. */
export const POISON = 'plato@example.org';

const NAMES = ['Ada', 'Alan', 'Barbara', 'Claude', 'Donald', 'Edsger', 'Grace', 'Ken', 'Radia'];
const EMAILS: readonly Email[] = [
  ...NAMES.map((name) => welcome(`${name.toLowerCase()}@example.org`, name)),
  welcome(BUSY, 'Someone Busy'),
  { to: 'hypatia@example.org', name: 'Hypatia Alexandria', template: 'invitation' },
  { to: POISON, name: 'Plato', template: 'invitation' },
];

function welcome(to: string, name: string): Email {
  return { to, name, template: 'welcome' };
}

/** Nobody waits for these: what `enqueue` has resolved for will be done. */
export async function enqueueEmails({ sendEmail }: Tasks): Promise<readonly TaskHandle[]> {
  const { delayMs, to } = LATER;
  // Ten of them in one request.
  const mails = taken(await sendEmail.enqueueMany(EMAILS.map((input) => ({ input }))));
  return [...mails, await sendEmail.enqueue(welcome(to, 'Someone Else'), { delayMs })];
}

export async function enqueueCleanUps(
  { cleanUp }: Tasks,
  sites: readonly string[],
  expiredBefore: Date,
): Promise<readonly TaskHandle[]> {
  return taken(
    await cleanUp.enqueueMany(sites.map((site) => ({ input: { site, expiredBefore } }))),
  );
}

/** Somebody waits for these, and wants to know how far they are. */
export async function enqueueImages(
  { processImage }: Tasks,
  files: readonly string[],
  onProgress: (file: string, done: number) => void,
): Promise<readonly AwaitedTask<Images>[]> {
  return Promise.all(
    files.map((file) =>
      processImage.enqueue(
        { file },
        { result: true, onProgress: ({ done }) => onProgress(file, done) },
      ),
    ),
  );
}

export async function enqueueReport(
  { generateReport }: Tasks,
  onProgress: (value: { readonly done: number; readonly of: number }) => void,
): Promise<AwaitedTask<Report>> {
  const input = { title: 'Who has worked on what', plot: 'report.svg' };
  return generateReport.enqueue(input, { result: true, onProgress });
}

/** Throws the first error: the queue has not taken one of the tasks. */
function taken(results: readonly EnqueueResult[]): readonly TaskHandle[] {
  return results.map((result) => {
    if (!result.ok) throw result.error;
    return result.task;
  });
}
