import { EXIT } from './exit-codes.ts';

export const HELP = `Usage: npm run test:interop -- [options]

Runs replyq against AWS's own Java Temporary Queue Client, as it is published on Maven Central: requests,
replies, timeouts, late replies, sweeping and virtual queues, both ways, between real processes.

  --sdk pinned|current       the AWS SDK for Java that the client names itself, or a current one; default:
                             pinned with elasticmq, current with local
  --server elasticmq|local   ElasticMQ (both protocols of SQS), or replyq's own local server, which speaks
                             the JSON protocol and so takes --sdk current; default elasticmq
  --only TEXT                only cases with this in their names
  --json                     the result as one JSON document
  --help                     show this

Needs a JDK of Java 17 or newer and Maven 3.6.3 or newer, by JAVA_HOME and MAVEN_HOME or on the path.
The Java side is built when it has changed, the first time with some 60 MB of downloads, into
test/interop/java/target. Progress is on standard error.

Exit codes: ${EXIT.failed} a case failed, ${EXIT.usage} wrong options, ${EXIT.toolsMissing} Java or Maven is missing, ${EXIT.buildFailed} the build failed, ${EXIT.interrupted} interrupted.`;
