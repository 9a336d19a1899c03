export const HELP = `Usage: npm run redrive-kill -- [options]

Fills a dead-letter queue, some messages with several tasks in them, and redrives it by a process that is
killed in the middle, again and again, until one is left alone. Then counts what is in the work queue and
what is not: nothing may be lost or left dead, and no more than a batch doubled for each kill.

  --dead-letters N  tasks in the dead-letter queue; default 5000
  --kills N         SIGKILLs, each somewhere in the middle of a run; default 12
  --seed S          after how much each is killed; default: another each time
  --json            the result as one JSON document
  --help            show this

Exit code 1: something is lost, left dead, still marked as failed, or doubled beyond that. Progress is on
standard error. A kill costs six seconds: what the dead process had read must come back.`;
