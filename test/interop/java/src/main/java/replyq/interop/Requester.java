package replyq.interop;

import com.amazonaws.services.sqs.AmazonSQSRequester;
import com.amazonaws.services.sqs.AmazonSQSRequesterClientBuilder;
import com.google.gson.JsonObject;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;

/**
 * AWS's requester. Settings: `endpoint`, `region`, `prefix`, `idleRetentionSeconds`,
 * `heartbeatSeconds`, `sweepSeconds` (0: it does not sweep).
 *
 * <p>Order `{ id, queueUrl, body, attributes, groupId, timeoutSeconds, sync }`: told is `done` with the
 * reply, or `failed`.
 */
public final class Requester {
  private final Program program;
  private final AmazonSQSRequester requester;
  private final ExecutorService callers = Executors.newCachedThreadPool();

  private Requester(Program program) {
    this.program = program;
    this.requester =
        AmazonSQSRequesterClientBuilder.standard()
            .withAmazonSQS(program.sqsClient())
            .withInternalQueuePrefix(program.text("prefix"))
            .withIdleQueueRetentionPeriodSeconds(program.number("idleRetentionSeconds"))
            .withQueueHeartbeatInterval(program.number("heartbeatSeconds"))
            .withIdleQueueSweepingPeriod(program.number("sweepSeconds"), TimeUnit.SECONDS)
            .build();
  }

  public static void main(String[] args) throws Exception {
    Program program = Program.of(args);
    Requester requester = new Requester(program);
    program.say("ready");
    program.obey(requester::ask);
  }

  private void ask(JsonObject order) {
    // Even the asynchronous method sends before it returns.
    callers.execute(
        () -> {
          try {
            if (order.has("sync") && order.get("sync").getAsBoolean()) askAndWait(order);
            else askAndGoOn(order);
          } catch (Exception error) {
            program.failed(order, error);
          }
        });
  }

  private void askAndWait(JsonObject order) throws Exception {
    var reply =
        requester.sendMessageAndGetResponse(request(order), timeout(order), TimeUnit.SECONDS);
    program.done(order, Messages.toJson(reply));
  }

  private void askAndGoOn(JsonObject order) {
    requester
        .sendMessageAndGetResponseAsync(request(order), timeout(order), TimeUnit.SECONDS)
        .whenComplete(
            (reply, error) -> {
              if (error == null) program.done(order, Messages.toJson(reply));
              else program.failed(order, error);
            });
  }

  private static SendMessageRequest request(JsonObject order) {
    var request =
        SendMessageRequest.builder()
            .queueUrl(order.get("queueUrl").getAsString())
            .messageBody(order.get("body").getAsString())
            .messageAttributes(Messages.attributesOf(order));
    if (order.has("groupId")) {
      // The client sets neither: a FIFO queue is the application's affair.
      request
          .messageGroupId(order.get("groupId").getAsString())
          .messageDeduplicationId(UUID.randomUUID().toString());
    }
    return request.build();
  }

  private static int timeout(JsonObject order) {
    return order.get("timeoutSeconds").getAsInt();
  }
}
