import { defineContract, task } from '@replyq/contract';
import { z } from 'zod';

/** Short, since nobody wants to wait for an example. Tasks of a real system wait for minutes. */
const backoff = { initialMs: 200, maxMs: 1000 };

/** A task carries the name of a file, never a way to one: whoever may send could write it. */
const fileName = (ending: string): z.ZodString =>
  z.string().regex(new RegExp(`^[\\w-]{1,60}\\.${ending}$`));

const Progress = z.object({ done: z.number().int(), of: z.number().int().positive() });

const imageFile = (ending: string) =>
  z.object({ file: fileName(ending), width: z.number(), height: z.number() });

/** What producer and workers agree on. Its name is also the name of the queue. */
export const jobs = defineContract('jobs', {
  sendEmail: task({
    input: z.object({
      to: z.email(),
      name: z.string(),
      template: z.enum(['welcome', 'invitation']),
    }),
    attempts: 3,
    backoff,
    timeoutMs: 10_000,
  }),

  /** Thumbnails and effects of an image that is there already. */
  processImage: task({
    input: z.object({ file: fileName('png') }),
    output: z.object({ files: z.array(imageFile('webp')).readonly() }),
    progress: Progress,
    attempts: 3,
    backoff,
    timeoutMs: 30_000,
  }),

  /** Deletes the sessions of one site that have expired. */
  cleanUp: task({
    input: z.object({ site: z.string(), expiredBefore: z.date() }),
    attempts: 3,
    backoff,
    timeoutMs: 10_000,
  }),

  /** Who has worked on what and when, as a plot. */
  generateReport: task({
    input: z.object({ title: z.string(), plot: fileName('svg') }),
    output: z.object({
      runs: z.number(),
      failedRuns: z.number(),
      plot: fileName('svg'),
      image: imageFile('png'),
    }),
    progress: Progress,
    attempts: 3,
    backoff,
    timeoutMs: 30_000,
  }),
});
