#!/usr/bin/env bash
# Enqueues a mail to $1 as plain JSON: nothing in the message is replyq's. Needs the aws command line and jq.
set -euo pipefail

mail=$(jq -n --arg to "${1:?}" '
  { from: "shop@example.org", to: $to, subject: "Hello", body: "From a script." }')
aws sqs send-message --queue-url "${QUEUE_URL:?}" --message-body "$mail" \
  ${AWS_ENDPOINT_URL:+--endpoint-url "$AWS_ENDPOINT_URL"}
