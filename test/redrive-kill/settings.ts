/** As short as a redrive takes, so that what a killed one has read is there for the next. */
export const HIDDEN_MS = 5000;
/** Of one message, alone or several in one. */
export const PACK_EVERY = 20;
export const FRAMES_PER_PACK = 4;
/** Messages that SQS takes and gives at once. */
export const BATCH = 10;
