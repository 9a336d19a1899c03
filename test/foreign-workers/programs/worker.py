"""Works off the tasks of a replyq queue. Needs boto3, and sendmail for its one procedure."""

import json
import os
import random
import re
import signal
import subprocess
import time
from email.message import EmailMessage

import boto3

CONTRACT = "mail"
QUEUE_URL = os.environ["QUEUE_URL"]
DEAD_LETTER_QUEUE_URL = os.environ["DEAD_LETTER_QUEUE_URL"]
ATTEMPTS = int(os.environ.get("ATTEMPTS", "5"))
# A run that takes longer is not over when another worker gets the task.
RUN_SECONDS = 60
LONGEST_DELAY_SECONDS = 900

sqs = boto3.client("sqs")


class NotMine(Exception):
    """Another worker may be able to run it."""


class Final(Exception):
    """Another run would fail, too."""


def send_email(mail, task_id):
    message = EmailMessage()
    try:
        message["From"], message["To"] = mail["from"], mail["to"]
        message["Subject"] = mail["subject"]
        message.set_content(mail["body"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Final(f"Not a mail: {error!r}") from error
    # The same for all runs: who receives the mail twice can tell.
    message["Message-ID"] = f"<{task_id}@example.org>"
    command = ["sendmail", "-i", "-t"]
    sent = subprocess.run(command, input=message.as_bytes(), capture_output=True)
    if sent.returncode != 0:
        raise RuntimeError(sent.stderr.decode(errors="replace").strip())


PROCEDURES = {"send_email": send_email}


def text_of(message, name):
    attribute = message.get("MessageAttributes", {}).get(name, {})
    return attribute.get("StringValue") if attribute.get("DataType") == "String" else None


def is_count(value, least):
    return type(value) is int and least <= value < 2**53


def is_id(value):
    return isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,128}", value) is not None


def read_header(message):
    """The header of a task that this worker can run. Raises NotMine for all else."""
    attributes = message.get("MessageAttributes", {})
    if "replyq.pack" in attributes:
        raise NotMine("several tasks in one message")
    if "ResponseQueueUrl" in attributes:
        raise NotMine("somebody waits for its reply")
    try:
        header = json.loads(text_of(message, "replyq") or "")
    except ValueError:
        header = None
    if not isinstance(header, dict) or header.get("type") != "mutation" or "kind" in header:
        raise NotMine("not a task of replyq")
    if header.get("v") != 1 or "ref" in header or any(key.startswith("!") for key in header):
        raise NotMine("a version or a critical field that is not known here")
    if header.get("content") != "json":
        raise NotMine("its body is not plain JSON")
    is_read = is_count(header.get("due", 0), 0) and is_count(header.get("try", 1), 1)
    if not is_read or not is_id(header.get("task", message["MessageId"])):
        raise NotMine("a header that cannot be read")
    is_ours = header.get("contract", CONTRACT) == CONTRACT
    if not is_ours or text_of(message, "replyq.procedure") not in PROCEDURES:
        raise NotMine("no such procedure here")
    return header


def delete(message):
    sqs.delete_message(QueueUrl=QUEUE_URL, ReceiptHandle=message["ReceiptHandle"])


def hide(message, seconds):
    handle = message["ReceiptHandle"]
    sqs.change_message_visibility(
        QueueUrl=QUEUE_URL, ReceiptHandle=handle, VisibilityTimeout=int(seconds)
    )


def send_copy(message, queue_url, attributes, delay_seconds):
    sqs.send_message(
        QueueUrl=queue_url,
        MessageBody=message["Body"],
        MessageAttributes={**message["MessageAttributes"], **attributes},
        DelaySeconds=delay_seconds,
    )


def bury(message, code, error, attempts):
    """To the dead letters, with the reason; the task is deleted once its copy is there."""
    failure = {
        "v": 1,
        "queue": QUEUE_URL.rsplit("/", 1)[-1],
        "code": code,
        "message": str(error)[:500],
        "attempts": attempts,
        "at": int(time.time() * 1000),
    }
    attribute = {"DataType": "String", "StringValue": json.dumps(failure)}
    # SQS takes ten. One that has them all goes without the reason.
    has_room = len(message["MessageAttributes"]) < 10
    reason = {"replyq.failure": attribute} if has_room else {}
    send_copy(message, DEAD_LETTER_QUEUE_URL, reason, 0)
    delete(message)
    print("dead:", message["MessageId"], code, error, flush=True)


def work(message):
    receives = int(message["Attributes"]["ApproximateReceiveCount"])
    try:
        header = read_header(message)
    except NotMine as reason:
        hide(message, min(LONGEST_DELAY_SECONDS, 10 * 2 ** min(receives - 1, 10)))
        print("left:", message["MessageId"], reason, flush=True)
        return
    left_seconds = header.get("due", 0) / 1000 - time.time()
    if left_seconds > 0:
        send_copy(message, QUEUE_URL, {}, min(LONGEST_DELAY_SECONDS, int(left_seconds) + 1))
        delete(message)
        print("sent on:", message["MessageId"], flush=True)
        return
    # A message that was sent on begins to count anew; `try` says how often it was sent.
    attempt = receives + header.get("try", 1) - 1
    if attempt > ATTEMPTS:
        error = f"Received {attempt} times; whoever ran it last has not said how that ended."
        bury(message, "INTERNAL_SERVER_ERROR", error, ATTEMPTS)
        return
    run(message, header, attempt)


def run(message, header, attempt):
    procedure = PROCEDURES[text_of(message, "replyq.procedure")]
    try:
        try:
            task_input = json.loads(message["Body"])
        except (ValueError, RecursionError) as error:
            raise Final(f"Not JSON: {error}") from error
        procedure(task_input, header.get("task", message["MessageId"]))
    except Final as error:
        bury(message, "BAD_REQUEST", error, attempt)
    except Exception as error:
        if attempt >= ATTEMPTS:
            bury(message, "INTERNAL_SERVER_ERROR", error, attempt)
            return
        pause = min(LONGEST_DELAY_SECONDS, 2 ** min(attempt - 1, 30))
        hide(message, round(pause * random.uniform(0.5, 1)))
        print("again:", message["MessageId"], error, flush=True)
    else:
        delete(message)
        print("done:", message["MessageId"], flush=True)


class Stop:
    """SIGTERM ends an idle worker at once, and a busy one after its task."""

    asked = polling = False

    def __call__(self, *_):
        self.asked = True
        if self.polling:
            raise SystemExit


def main():
    stop = Stop()
    signal.signal(signal.SIGTERM, stop)
    while not stop.asked:
        stop.polling = True
        # One at a time, so that each has all of RUN_SECONDS.
        received = sqs.receive_message(
            QueueUrl=QUEUE_URL,
            WaitTimeSeconds=20,
            VisibilityTimeout=RUN_SECONDS,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["ApproximateReceiveCount"],
        )
        stop.polling = False
        for message in received.get("Messages", []):
            try:
                work(message)
            except Exception as error:
                # SQS did not do as it was told: the task comes again after RUN_SECONDS.
                print("stuck:", message["MessageId"], error, flush=True)


main()
