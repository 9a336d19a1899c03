package replyq.interop;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;

/** Messages as JSON: `{ body, attributes: { name: { type, value } } }`, bytes as base64. */
final class Messages {
  private Messages() {}

  static JsonObject toJson(Message message) {
    JsonObject json = new JsonObject();
    json.addProperty("body", message.body());
    JsonObject attributes = new JsonObject();
    new TreeMap<>(message.messageAttributes())
        .forEach((name, value) -> attributes.add(name, toJson(value)));
    json.add("attributes", attributes);
    return json;
  }

  static Map<String, MessageAttributeValue> attributesOf(JsonObject message) {
    Map<String, MessageAttributeValue> attributes = new TreeMap<>();
    JsonElement given = message.get("attributes");
    if (given == null) return attributes;
    for (var entry : given.getAsJsonObject().entrySet()) {
      attributes.put(entry.getKey(), toAttribute(entry.getValue().getAsJsonObject()));
    }
    return attributes;
  }

  private static JsonObject toJson(MessageAttributeValue attribute) {
    JsonObject json = new JsonObject();
    json.addProperty("type", attribute.dataType());
    if (isBinary(attribute.dataType())) {
      byte[] bytes = attribute.binaryValue().asByteArray();
      json.addProperty("value", Base64.getEncoder().encodeToString(bytes));
    } else {
      json.addProperty("value", attribute.stringValue());
    }
    return json;
  }

  private static MessageAttributeValue toAttribute(JsonObject json) {
    String type = json.get("type").getAsString();
    String value = json.get("value").getAsString();
    var attribute = MessageAttributeValue.builder().dataType(type);
    return isBinary(type)
        ? attribute.binaryValue(SdkBytes.fromByteArray(Base64.getDecoder().decode(value))).build()
        : attribute.stringValue(value).build();
  }

  private static boolean isBinary(String type) {
    return type.startsWith("Binary");
  }
}
