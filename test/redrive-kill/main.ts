/**
 * Dead letters that are redriven by a process which is killed in the middle, and begun again.
 *
 *   run.ts       fills, kills, counts
 *   redriver.ts  the process that is killed
 *
 * `node test/redrive-kill/main.ts [letters] [kills]`; default 5000 and 3. Exit code 1: something is lost, or
 * doubled beyond a batch for each kill.
 */
import { FRAMES_PER_PACK } from './settings.ts';
import { runRedriveKill } from './run.ts';

const [letters = 5000, kills = 3] = process.argv.slice(2).map(Number);
const result = await runRedriveKill({
  letters,
  kills,
  random: Math.random,
  say: (text) => console.error(text),
});
const mostDoubled = kills * 10 * FRAMES_PER_PACK;
const good =
  result.lost === 0 &&
  result.leftDead === 0 &&
  result.stillFailed === 0 &&
  result.doubled <= mostDoubled;
console.log(JSON.stringify({ ...result, mostDoubled, good }, null, 2));
if (!good) process.exitCode = 1;
