#!/usr/bin/env bash
# Works off the tasks of a replyq queue. Needs the aws command line, jq, and sendmail for its one procedure.
set -euo pipefail

queue=${QUEUE_URL:?}
dead_letters=${DEAD_LETTER_QUEUE_URL:?}
attempts=${ATTEMPTS:-5}
# For all that one receive brings. What takes longer is not over when another worker gets the task.
run_seconds=300
# A message of 1 MiB does not fit the command line.
copy=$(mktemp)
trap 'rm -f "$copy"' EXIT

# Version 1 of the command line does not look for the endpoint itself.
sqs() {
  aws sqs "$@" ${AWS_ENDPOINT_URL:+--endpoint-url "$AWS_ENDPOINT_URL"}
}

# What to do with a message: {"do": "run" | "wait" | "leave", …}.
what_to_do='
  (.MessageAttributes // {}) as $attributes
  | def text($name): $attributes[$name] | if .DataType == "String" then .StringValue else null end;
    def is_count($least): type == "number" and . >= $least and . == floor and . < 9e15;
    def is_id: type == "string" and test("^[A-Za-z0-9_-]{1,128}$");
    .MessageId as $id | (.Attributes.ApproximateReceiveCount | tonumber) as $receives
  | (try (text("replyq") | fromjson) catch null) as $header
  | ($header | if type == "object" then . else {} end
      | [.due // 0, .["try"] // 1, .task // $id]) as [$due, $sent, $task]
  | def why_not:
      if $attributes["replyq.pack"] then "several tasks in one message"
      elif $attributes["ResponseQueueUrl"] then "somebody waits for its reply"
      elif ($header | type) != "object" or $header.type != "mutation" or ($header | has("kind"))
        then "not a task of replyq"
      elif $header.v != 1 or ($header | keys | any(startswith("!") or . == "ref"))
        then "a version or a critical field that is not known here"
      elif $header.content != "json" then "its body is not plain JSON"
      elif ($due | is_count(0)) and ($sent | is_count(1)) and ($task | is_id) | not
        then "a header that cannot be read"
      elif text("replyq.procedure") != "send_email" or ($header.contract // "mail") != "mail"
        then "no such procedure here"
      elif ($attributes | any(.BinaryValue)) then "a binary attribute, which cannot be copied here"
      else null end;
    why_not as $why
  | if $why then { do: "leave", $why, seconds: ([900, 10 * pow(2; [$receives - 1, 10] | min)] | min) }
    elif $due / 1000 > now then { do: "wait", seconds: ([900, ($due / 1000 - now | floor) + 1] | min) }
    else { do: "run", attempt: ($receives + $sent - 1), $task }
    end'

# Reads the input, writes a mail. Fails where it is none.
to_mail='
  def address: type == "string" and test("^[^\\s<>,;:]+@[^\\s<>,;:]+$");
  if ((.from | address) and (.to | address) and ([.subject, .body | type] | all(. == "string")))
  then
    "From: \(.from)", "To: \(.to)", "Subject: =?utf-8?B?\(.subject | @base64)?=",
    "Message-ID: <\($task)@example.org>", "Content-Type: text/plain; charset=utf-8", "", .body
  else error("Not a mail.") end'

# Exit status 65: another run would fail, too.
send_email() {
  local mail
  mail=$(jq -r --arg task "$1" "$to_mail") || return 65
  sendmail -i -t <<<"$mail"
}

delete() {
  sqs delete-message --queue-url "$queue" --receipt-handle "$(jq -r .ReceiptHandle <<<"$1")"
}

hide() {
  sqs change-message-visibility --queue-url "$queue" \
    --receipt-handle "$(jq -r .ReceiptHandle <<<"$1")" --visibility-timeout "$2"
}

# A copy of message $1 to queue $2 after $3 seconds, with the attributes $4 beside its own.
send_copy() {
  jq --arg url "$2" --argjson delay "$3" --argjson more "$4" '{
      QueueUrl: $url, MessageBody: .Body, DelaySeconds: $delay,
      MessageAttributes: (.MessageAttributes + $more)
    }' <<<"$1" >"$copy" && sqs send-message --cli-input-json "file://$copy" >/dev/null
}

# To the dead letters, with code $2, message $3 and attempts $4; deleted once the copy is there.
bury() {
  local reason
  reason=$(jq --arg queue "${queue##*/}" --arg code "$2" --arg message "$3" --argjson attempts "$4" '
    # SQS takes neither U+FFFE nor U+FFFF.
    ($message[0:500] | explode | map(select(. != 65534 and . != 65535)) | implode) as $message
    | ({ v: 1, $queue, $code, $message, $attempts, at: (now * 1000 | floor) } | tojson) as $json
    # SQS takes ten. One that has them all goes without the reason.
    | if $room then { "replyq.failure": { DataType: "String", StringValue: $json } } else {} end
  ' --argjson room "$(jq '.MessageAttributes | length < 10' <<<"$1")" --null-input)
  send_copy "$1" "$dead_letters" 0 "$reason" && delete "$1" && echo "dead: $2 $3"
}

run() {
  local message=$1 attempt=$2 task=$3 input error status=0
  if ((attempt > attempts)); then
    bury "$message" INTERNAL_SERVER_ERROR \
      "Received $attempt times; whoever ran it last has not said how that ended." "$attempts"
    return
  fi
  if ! input=$(jq -c '.Body | fromjson' <<<"$message" 2>/dev/null); then
    bury "$message" BAD_REQUEST 'Not JSON.' "$attempt"
    return
  fi
  error=$(send_email "$task" 2>&1 >/dev/null <<<"$input") || status=$?
  if ((status == 0)); then
    delete "$message" && echo "done: $task"
  elif ((status == 65)); then
    bury "$message" BAD_REQUEST "$error" "$attempt"
  elif ((attempt >= attempts)); then
    bury "$message" INTERNAL_SERVER_ERROR "$error" "$attempt"
  else
    local pause=$((attempt > 10 ? 900 : 1 << (attempt - 1)))
    hide "$message" "$((pause < 900 ? pause : 900))" && echo "again: $task $error"
  fi
}

work() {
  local message=$1 step
  step=$(jq -c "$what_to_do" <<<"$message") || return
  case $(jq -r .do <<<"$step") in
    leave)
      hide "$message" "$(jq .seconds <<<"$step")" && echo "left: $(jq -r .why <<<"$step")"
      ;;
    wait)
      send_copy "$message" "$queue" "$(jq .seconds <<<"$step")" '{}' && delete "$message" && echo "sent on"
      ;;
    run)
      run "$message" "$(jq .attempt <<<"$step")" "$(jq -r .task <<<"$step")"
      ;;
  esac
}

while true; do
  # Ten at a time, since each call of the command line takes a second.
  messages=$(sqs receive-message --queue-url "$queue" --output json \
    --wait-time-seconds 20 --visibility-timeout "$run_seconds" --max-number-of-messages 10 \
    --message-attribute-names All --message-system-attribute-names ApproximateReceiveCount |
    jq -c '.Messages[]?') || sleep 5
  while IFS= read -r message; do
    # What SQS does not do as it is told comes again after run_seconds.
    [[ -z $message ]] || work "$message" </dev/null || echo "stuck: $(jq -r .MessageId <<<"$message")"
  done <<<"$messages"
done
