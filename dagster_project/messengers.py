"""The ways to tell people: mail, a webhook as Slack and its likes have, a file. Each is off until it is set.

What is told is ``alerts``. A way that fails never changes how a run ends, and no message shows what
connects.
"""

import json
import smtplib
import sys
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from http.client import HTTPException
from pathlib import Path
from urllib.parse import unquote, urlsplit

from dagster_project.settings import Settings

_SECONDS = 20


def send(settings: Settings, subject: str, text: str) -> None:
    """Tell all who are to be told; a way that fails is named on standard error, and the others go on."""
    ways: tuple[tuple[str, object, Callable[[Settings, str, str], None]], ...] = (
        ("SKIKT_ALERT_MAIL", settings.alert_mail, _mail),
        ("SKIKT_ALERT_WEBHOOK", settings.alert_webhook.get_secret_value(), _post),
        ("SKIKT_ALERT_FILE", settings.alert_file, _append),
    )
    for setting, is_set, tell in ways:
        if not is_set:
            continue
        try:
            tell(settings, subject, text)
        except (OSError, smtplib.SMTPException, HTTPException, ValueError) as error:
            sys.stderr.write(
                f"Nobody was told by {setting} ({type(error).__name__}). Check what it is set to.\n"
            )


def _mail(settings: Settings, subject: str, text: str) -> None:
    server = urlsplit(settings.alert_smtp.get_secret_value())
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = (
        subject,
        settings.alert_mail_from,
        settings.alert_mail,
    )
    message.set_content(text)
    is_encrypted = server.scheme == "smtps"
    kind = smtplib.SMTP_SSL if is_encrypted else smtplib.SMTP
    with kind(server.hostname or "", server.port or 0, timeout=_SECONDS) as smtp:
        smtp.ehlo()
        if not is_encrypted and smtp.has_extn("starttls"):
            smtp.starttls()
        if server.username:
            smtp.login(unquote(server.username), unquote(server.password or ""))
        smtp.send_message(message)


def _post(settings: Settings, subject: str, text: str) -> None:
    url = settings.alert_webhook.get_secret_value()
    if urlsplit(url).scheme not in {"http", "https"}:
        raise ValueError("no address of the web")
    request = urllib.request.Request(  # noqa: S310  (the scheme was looked at)
        url,
        data=json.dumps({"text": f"*{subject}*\n{text}"}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=_SECONDS):  # noqa: S310
        pass


def _append(settings: Settings, subject: str, text: str) -> None:
    line = {
        "told_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "subject": subject,
        "text": text,
    }
    with Path(settings.alert_file).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
