import type { SubjectSettings } from '../settings.ts';
import { openByHandAnswerer, openByHandAsker } from './by-hand.ts';
import { openFloorAsker } from './floor.ts';
import { openCallerAsker, openContractAsker, openQueueLinkAsker } from './in-process.ts';
import { openReplyqAnswerer, openReplyqAsker } from './replyq.ts';
import type { Answerer, Asker } from './subject.ts';

export async function openAsker(settings: SubjectSettings): Promise<Asker> {
  switch (settings.subject) {
    case 'replyq':
      return openReplyqAsker(settings);
    case 'by-hand':
      return openByHandAsker(settings);
    case 'floor':
      return openFloorAsker(settings);
    case 'contract':
      return openContractAsker(settings);
    case 'queueLink':
      return openQueueLinkAsker(settings);
    case 'createCaller':
      return openCallerAsker();
  }
}

/** Throws for the subjects that are both sides in one process. */
export async function openAnswerer(settings: SubjectSettings): Promise<Answerer> {
  const { subject } = settings;
  if (subject === 'replyq') return openReplyqAnswerer(settings);
  if (subject === 'by-hand') return openByHandAnswerer(settings);
  throw new Error(`${subject} answers itself`);
}
