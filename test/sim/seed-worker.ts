// One thread: judges the seeds that it is sent.
import { judgeSeed } from './judge-seed.ts';
import { serveTasks } from './thread-work.ts';

serveTasks(judgeSeed);
