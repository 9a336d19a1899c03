export const HELP = `Usage: npm run kill -- [options]

Kills, stops and closes requesters and responders at random, restarts the local server, and cuts, stalls,
throttles and half-closes what lies between, while calls go on. Then heals all, and judges by what
each process has written down: no call unsettled, lost or answered with another's reply, no key
recorded twice in the durable store, and nothing left behind.

  --minutes M      of chaos, at least 1; default 3
  --seed S         what is done when, and what is called; default: another each time
  --requesters N   processes that call, at least 2; default 2
  --responders N   processes that answer, at least 2; default 2
  --no-store       without the durable reply store: duplicates are counted, not judged
  --json           the result as one JSON document
  --help           show this

Exit code 1: something was violated. Progress is on standard error. A seed repeats the plan, not the
timing: real processes are killed by real signals.`;
