// One thread: runs the combinations of faults that it is sent.
import { judgeCombinations } from './enumerate-mode.ts';
import { serveTasks } from './thread-work.ts';

serveTasks(judgeCombinations);
