export const HELP = `Usage: npm run bench -- [options]

Measures a login call: requester, responder and server are processes of their own, and every
answer is checked against its call. In the same run, by turns: request-response as it is written
by hand with the AWS SDK (by-hand), and the SDK alone (floor).

  --mode MODE        closed   callers who call again once they are answered (default)
                     scaling  1 to 10,000 callers, 1 to 8 requesters, 100 B to 200 KB
                     open     calls at a fixed rate, and large calls beside small ones
                     idle     what nothing costs (65 s)
                     memory   in one process, beside tRPC's createCaller
                     pending  what 100,000 open calls weigh
                     shares   two responders beside one
                     tasks    enqueue, then work off, beside sqs-consumer and BullMQ
  --transport T      sqs (default) or memory, which is --mode memory
  --callers LIST     default 1,64,256,1024
  --payload BYTES    of the input as JSON, default 400
  --seconds N        of each measurement, default 5
  --warm-up N        seconds before the first measurement of a process, default 2
  --repeat N         measurements of each, of which the medians are shown; default 3
  --subjects LIST    of replyq,by-hand,floor or of contract,queueLink,createCaller;
                     tasks: of replyq-packed,replyq,sqs-consumer,bullmq
  --tasks N          of each measurement of --mode tasks, default 30000
  --redis URL        for BullMQ, default redis://127.0.0.1:6379; left out where none answers
  --rate N           calls per second of --mode open, default 200
  --concurrency N    handlers at once, default 512
  --packing on|off   several calls in one message; default on
  --adapter A        sdk (default) or lean
  --latency MS       added to every API request, as a region adds it
  --endpoint URL     this SQS-compatible server instead of one of its own
  --aws              AWS, with the credentials and the region that the AWS SDK finds: costs money
  --json             { rows, ratios, targets, machine } instead of tables
  --markdown         the tables of docs/performance.md
  --plot FILE.svg    draw calls per second and API requests per call
  --help             show this

Exit code 3: the machine is too busy or too slow to judge by. Progress is on standard error.`;
