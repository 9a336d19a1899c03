package replyq.interop;

import com.amazonaws.services.sqs.AmazonSQSResponder;
import com.amazonaws.services.sqs.AmazonSQSResponderClientBuilder;
import com.amazonaws.services.sqs.MessageContent;
import com.amazonaws.services.sqs.util.SQSMessageConsumerBuilder;
import com.google.gson.JsonObject;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;

/**
 * AWS's responder behind AWS's consumer, as in AWS's sample. Settings: `endpoint`, `region`, `queueUrl`.
 *
 * <p>Each request is told as `request` with a `number`, `body`, `attributes` and `wantsReply`; its handler
 * then waits for the order `{ number, replies: [{ body, attributes }] }` and sends those, if any, or for
 * `{ number, fail: true }` and throws.
 */
public final class Responder {
  private final Program program;
  private final AmazonSQSResponder responder;
  private final AtomicInteger numbers = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonObject>> open = new ConcurrentHashMap<>();

  private Responder(Program program, SqsClient sqs) {
    this.program = program;
    this.responder = AmazonSQSResponderClientBuilder.standard().withAmazonSQS(sqs).build();
  }

  public static void main(String[] args) throws Exception {
    Program program = Program.of(args);
    SqsClient sqs = program.sqsClient();
    Responder responder = new Responder(program, sqs);
    SQSMessageConsumerBuilder.standard()
        .withAmazonSQS(sqs)
        .withQueueUrl(program.text("queueUrl"))
        .withConsumer(responder::handle)
        .build()
        .start();
    program.say("ready");
    program.obey(responder::order);
  }

  private void order(JsonObject order) {
    open.remove(order.get("number").getAsInt()).complete(order);
  }

  private void handle(Message message) {
    MessageContent request = MessageContent.fromMessage(message);
    int number = numbers.incrementAndGet();
    CompletableFuture<JsonObject> answer = new CompletableFuture<>();
    open.put(number, answer);
    JsonObject told = Messages.toJson(message);
    told.addProperty("number", number);
    told.addProperty("wantsReply", responder.isResponseMessageRequested(request));
    program.say("request", told);
    JsonObject order = answer.join();
    if (order.has("fail")) throw new IllegalStateException("as it was told");
    for (var reply : order.getAsJsonArray("replies")) {
      JsonObject content = reply.getAsJsonObject();
      responder.sendResponseMessage(
          request,
          new MessageContent(
              content.get("body").getAsString(), Messages.attributesOf(content)));
    }
    JsonObject sent = new JsonObject();
    sent.addProperty("number", number);
    program.say("answered", sent);
  }
}
