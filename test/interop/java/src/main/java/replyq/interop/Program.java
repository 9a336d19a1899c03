package replyq.interop;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * What all programs of this folder have in common: settings as one JSON argument, orders as JSON lines on
 * standard input, events as JSON lines on standard output, and an end when standard input ends, so that
 * none outlives its starter.
 */
final class Program {
  // HTML escapes would change no meaning, but make the lines hard to read.
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();
  /** Standard output by itself: whatever libraries print goes to standard error. */
  private static final PrintStream EVENTS =
      new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);

  final JsonObject settings;

  private Program(JsonObject settings) {
    this.settings = settings;
  }

  static Program of(String[] args) {
    System.setOut(System.err);
    return new Program(JsonParser.parseString(args[0]).getAsJsonObject());
  }

  String text(String name) {
    return settings.get(name).getAsString();
  }

  int number(String name) {
    return settings.get(name).getAsInt();
  }

  SqsClient sqsClient() {
    return SqsClient.builder()
        .endpointOverride(URI.create(text("endpoint")))
        .region(Region.of(text("region")))
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")))
        .build();
  }

  void say(String event, JsonObject more) {
    JsonObject line = new JsonObject();
    line.addProperty("event", event);
    for (var entry : more.entrySet()) line.add(entry.getKey(), entry.getValue());
    synchronized (EVENTS) {
      EVENTS.println(GSON.toJson((JsonElement) line));
    }
  }

  void say(String event) {
    say(event, new JsonObject());
  }

  /** Hands on each order, and ends the process after the last. What an order throws is told, with its id. */
  void obey(Consumer<JsonObject> order) throws IOException {
    try (var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonObject given = JsonParser.parseString(line).getAsJsonObject();
        try {
          order.accept(given);
        } catch (RuntimeException error) {
          failed(given, error);
        }
      }
    }
    // Not `exit`: shutdown hooks of the clients may wait for long polls.
    Runtime.getRuntime().halt(0);
  }

  void done(JsonObject order, JsonObject more) {
    more.add("id", order.get("id"));
    say("done", more);
  }

  void failed(JsonObject order, Throwable error) {
    JsonObject more = new JsonObject();
    more.add("id", order.get("id"));
    more.addProperty("error", causes(error));
    say("failed", more);
  }

  /** Class names and messages, outermost first: what an application's catch would see. */
  private static String causes(Throwable error) {
    StringBuilder text = new StringBuilder();
    for (Throwable at = error; at != null; at = at.getCause()) {
      if (text.length() > 0) text.append(" <- ");
      text.append(at.getClass().getSimpleName()).append(": ").append(at.getMessage());
    }
    return text.toString();
  }
}
