package replyq.interop;

import com.amazonaws.services.sqs.AmazonSQSTemporaryQueuesClientBuilder;
import com.amazonaws.services.sqs.AmazonSQSVirtualQueuesClientBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/**
 * AWS's virtual queues as an application uses them: an SqsClient that knows a few more URLs. Settings:
 * `endpoint`, `region`.
 *
 * <p>Orders, each told as `done` or `failed`: `create` (with `queueAttributes`), `send`, `receive`, `delete`;
 * with `temporary: true` by the client that keeps host queues alive, too. An orphan is told as `orphan`.
 */
public final class VirtualQueues {
  private final Program program;
  private final SqsClient virtual;
  private final SqsClient temporary;
  private final ExecutorService receivers = Executors.newCachedThreadPool();

  private VirtualQueues(Program program) {
    this.program = program;
    this.virtual =
        AmazonSQSVirtualQueuesClientBuilder.standard()
            .withAmazonSQS(program.sqsClient())
            .withOrphanedMessageHandler(
                (queue, message) -> {
                  JsonObject told = Messages.toJson(message);
                  told.addProperty("queue", queue);
                  program.say("orphan", told);
                })
            .build();
    this.temporary =
        AmazonSQSTemporaryQueuesClientBuilder.standard()
            .withAmazonSQS(program.sqsClient())
            .withQueuePrefix("__RequesterClientQueues__")
            .withIdleQueueSweepingPeriod(0, TimeUnit.SECONDS)
            .build();
  }

  public static void main(String[] args) throws Exception {
    Program program = Program.of(args);
    VirtualQueues queues = new VirtualQueues(program);
    program.say("ready");
    program.obey(queues::order);
  }

  private void order(JsonObject order) {
    switch (order.get("order").getAsString()) {
      case "create" -> create(order);
      case "send" -> send(order);
      // Waits up to 20 s, and other orders must not.
      case "receive" -> receivers.execute(() -> receive(order));
      case "delete" -> {
        clientOf(order).deleteQueue(request -> request.queueUrl(text(order, "queueUrl")));
        program.done(order, new JsonObject());
      }
      default -> throw new IllegalArgumentException("no such order");
    }
  }

  private void create(JsonObject order) {
    // Texts, not constants of the SDK: the clients have attributes of their own that never leave the process.
    Map<String, String> attributes = new HashMap<>();
    for (var entry : order.getAsJsonObject("queueAttributes").entrySet()) {
      attributes.put(entry.getKey(), entry.getValue().getAsString());
    }
    var made =
        clientOf(order)
            .createQueue(
                request -> request.queueName(text(order, "name")).attributesWithStrings(attributes));
    JsonObject told = new JsonObject();
    told.addProperty("queueUrl", made.queueUrl());
    program.done(order, told);
  }

  private void send(JsonObject order) {
    clientOf(order)
        .sendMessage(
            request ->
                request
                    .queueUrl(text(order, "queueUrl"))
                    .messageBody(text(order, "body"))
                    .messageAttributes(Messages.attributesOf(order)));
    program.done(order, new JsonObject());
  }

  private void receive(JsonObject order) {
    try {
      var received =
          clientOf(order)
              .receiveMessage(
                  request ->
                      request
                          .queueUrl(text(order, "queueUrl"))
                          .waitTimeSeconds(order.get("waitSeconds").getAsInt())
                          .messageAttributeNames(QueueAttributeName.ALL.toString())
                          .maxNumberOfMessages(10));
      JsonArray messages = new JsonArray();
      received.messages().forEach(message -> messages.add(Messages.toJson(message)));
      JsonObject told = new JsonObject();
      told.add("messages", messages);
      program.done(order, told);
    } catch (RuntimeException error) {
      program.failed(order, error);
    }
  }

  private SqsClient clientOf(JsonObject order) {
    boolean isTemporary = order.has("temporary") && order.get("temporary").getAsBoolean();
    return isTemporary ? temporary : virtual;
  }

  private static String text(JsonObject order, String name) {
    return order.get(name).getAsString();
  }
}
