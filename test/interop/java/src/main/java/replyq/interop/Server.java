package replyq.interop;

import com.google.gson.JsonObject;
import org.apache.pekko.http.scaladsl.Http;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;

/**
 * ElasticMQ, which speaks SQS's Query protocol (older SDKs) and its JSON protocol (newer ones, and
 * JavaScript's). Settings: `region`. Tells `ready` with its `port`, on the loopback interface only.
 */
public final class Server {
  private Server() {}

  public static void main(String[] args) throws Exception {
    Program program = Program.of(args);
    Http.ServerBinding binding =
        SQSRestServerBuilder.withInterface("127.0.0.1")
            .withDynamicPort()
            .withAWSRegion(program.text("region"))
            .start()
            .waitUntilStarted();
    JsonObject told = new JsonObject();
    told.addProperty("port", binding.localAddress().getPort());
    program.say("ready", told);
    program.obey(order -> {});
  }
}
