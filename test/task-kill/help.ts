export const HELP = `Usage: npm run task-kill -- [options]

Producers enqueue tasks, alone and several in a message, some delayed, some that all of them enqueue
with the same deduplication id. Workers that share a durable reply store work them; some fail and are
tried again, some always fail, some take long. Meanwhile workers are killed at random, stopped and
closed, and producers killed. Judged by what each process has written down: no accepted task lost, none
recorded twice, none in the dead letters that does not belong there, and nothing left behind.

  --tasks N        in all, at least 100; default 20000
  --producers N    processes that enqueue; default 2
  --workers N      processes that work; default 2
  --kill-every MS  between two kills (or stops, or closes), on the average and mostly once the process is
                   replaced; at least 100, default 1500
  --seed S         what is enqueued, and who is killed after how long; default: another each time
  --json           the result as one JSON document
  --help           show this

Exit code 1: something was violated. Progress is on standard error. A seed repeats the plan, not the
timing: real processes are killed by real signals.`;
