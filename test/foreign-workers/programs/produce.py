"""Enqueues send_email tasks as replyq's own producers do. Needs boto3."""

import argparse
import base64
import hashlib
import json
import os
import secrets
import time

import boto3

LONGEST_DELAY_MS = 900_000

sqs = boto3.client("sqs")


def enqueue(
    queue_url, contract, procedure, task_input, *, delay_ms=0, deduplication_id=None, group_id=None
):
    """The task's id. What SQS refuses is boto3's ClientError."""
    now = int(time.time() * 1000)
    task = secrets.token_urlsafe(16)
    header = {
        "v": 1,
        "type": "mutation",
        "contract": contract,
        "at": now,
        "content": "json",
        "task": task,
    }
    if delay_ms > LONGEST_DELAY_MS:
        header["due"] = now + delay_ms
    if deduplication_id is not None:
        header["dedup"] = deduplication_id
    message = {
        "QueueUrl": queue_url,
        "MessageBody": json.dumps(task_input, allow_nan=False),
        "MessageAttributes": {
            "replyq": {"DataType": "String", "StringValue": json.dumps(header)},
            "replyq.procedure": {"DataType": "String", "StringValue": procedure},
        },
    }
    if queue_url.endswith(".fifo"):
        message["MessageGroupId"] = group_id or task
        message["MessageDeduplicationId"] = fifo_id(contract, procedure, deduplication_id) or task
    else:
        # Whole seconds, rounded up.
        message["DelaySeconds"] = -(-min(delay_ms, LONGEST_DELAY_MS) // 1000)
    sqs.send_message(**message)
    return task


def fifo_id(contract, procedure, deduplication_id):
    """The same that replyq's producers make, so that the queue knows one another's duplicates."""
    if deduplication_id is None:
        return None
    scoped = json.dumps(
        [contract, procedure, deduplication_id], ensure_ascii=False, separators=(",", ":")
    )
    digest = hashlib.sha256(scoped.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


arguments = argparse.ArgumentParser()
arguments.add_argument("to")
arguments.add_argument("--delay-ms", type=int, default=0)
arguments.add_argument("--deduplication-id")
asked = arguments.parse_args()

mail = {"from": "shop@example.org", "to": asked.to, "subject": "Hello", "body": "From Python."}
print(
    enqueue(
        os.environ["QUEUE_URL"],
        "mail",
        "send_email",
        mail,
        delay_ms=asked.delay_ms,
        deduplication_id=asked.deduplication_id,
    )
)
