"""Mail: SMTP in production, a folder of `.eml` files in development."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

from lms.settings import Settings


def send_mail(settings: Settings, *, to: str, subject: str, text: str) -> None:
    """Send one plain-text mail. Raises what the transport raises: the caller is a job, and tries again."""
    message = EmailMessage()
    message["From"] = settings.mail_sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = formatdate(localtime=False)
    message["Message-ID"] = make_msgid(domain="tremplin.invalid")
    message.set_content(text)
    if settings.mail_url:
        _by_smtp(settings.mail_url, message)
    else:
        folder = settings.data_dir / "mail"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{message['Message-ID'].strip('<>').split('@')[0]}.eml").write_bytes(message.as_bytes())


def _by_smtp(url: str, message: EmailMessage) -> None:
    address = urlsplit(url)
    with smtplib.SMTP(address.hostname or "localhost", address.port or 25, timeout=30) as server:
        if address.scheme == "smtp" and address.username:
            server.starttls()
            server.login(unquote(address.username), unquote(address.password or ""))
        server.send_message(message)
