export const HELP = `Usage: npm run soak -- [options]

Calls, fails, times out, aborts and churns for minutes on end, in one process that asks and answers,
and then says what that has left behind: objects of calls that are over, timers, abort listeners,
sockets, and bytes per call. Faults are injected into one API request in a hundred. Each run also
plants two leaks of its own and fails if it does not see them.

  --minutes M       of load, shared by the transports; default 5
  --transport T     sqs (a server on this machine, in a process of its own), memory or both (default)
  --rate N          calls per second; default: as many as 768 callers make
  --window N        calls between two readings, default 20000; with fewer, the slope is not judged
  --json            one JSON document instead of a summary
  --help            show this

Exit code 1: something was left behind, or a planted leak was not seen. Progress is on standard error.`;
