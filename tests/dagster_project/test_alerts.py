"""What people are told after a run, by a real mail server, a real web server and a file."""

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import AuthResult

from dagster_project.alerts import tell_about
from dagster_project.runbook import next_step


class Mailbox(Sink):
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.mails: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append(envelope)
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    """A mail server that lets one user in."""

    def let_in(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        return AuthResult(success=given.login == b"u@x" and given.password == b"p:w")

    # The controller looks for itself at the port that it was told.
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    box = Mailbox()
    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=port,
        authenticator=let_in,
        auth_require_tls=False,
        auth_required=True,
    )
    controller.start()
    yield box, port
    controller.stop()


@pytest.fixture
def hook() -> Iterator[tuple[list[Any], str]]:
    """A web server that keeps what is posted."""
    posted: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            posted.append((self.path, self.headers["Content-Type"], json.loads(body)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *words: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield posted, f"http://127.0.0.1:{server.server_port}/hook/S3cret"
    server.shutdown()
    server.server_close()


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as opened:
        yield opened


def run_with(instance: dg.DagsterInstance, *failing: str) -> str:
    """A run that looked at three checks of two assets; these fail."""
    keys = {
        "freshness": [dg.AssetKey(["raw", "shop__orders"]), dg.AssetKey(["staging", "stg_shop"])],
        "is_key": [dg.AssetKey(["staging", "stg_shop"])],
    }

    @dg.multi_asset(
        specs=[dg.AssetSpec(key) for key in keys["freshness"]],
        check_specs=[dg.AssetCheckSpec(n, asset=k) for n, assets in keys.items() for k in assets],
    )
    def shop() -> Iterator[Any]:
        for key in keys["freshness"]:
            yield dg.MaterializeResult(asset_key=key)
        for name, assets in keys.items():
            for key in assets:
                yield dg.AssetCheckResult(
                    check_name=name,
                    asset_key=key,
                    passed=name not in failing,
                    metadata={"limit": 8, "age_days": 31.5, "rows": dg.MetadataValue.json([1])},
                )

    return str(dg.materialize([shop], instance=instance).run_id)


def texts(file: Path) -> list[str]:
    return [json.loads(line)["text"] for line in file.read_text("utf-8").splitlines()]


def test_one_message_by_every_way(
    instance: dg.DagsterInstance,
    mailbox: tuple[Mailbox, int],
    hook: tuple[list[Any], str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    box, port = mailbox
    posted, url = hook
    file = tmp_path / "alerts.jsonl"
    monkeypatch.setenv("SKIKT_ALERT_MAIL", "a@example.com, b@example.com")
    monkeypatch.setenv("SKIKT_ALERT_SMTP", f"smtp://u%40x:p%3Aw@127.0.0.1:{port}")
    monkeypatch.setenv("SKIKT_ALERT_WEBHOOK", url)
    monkeypatch.setenv("SKIKT_ALERT_FILE", str(file))
    monkeypatch.setenv("SKIKT_UI_URL", "https://dagster.example")
    tell_about(instance, run_with(instance, "freshness"))
    [text] = texts(file)
    assert "freshness of raw/shop__orders: age_days 31.5, limit 8" in text
    assert "staging/stg_shop" not in text, "the stale source is told once"
    assert "https://dagster.example/assets/raw/shop__orders?view=checks" in text
    assert next_step("freshness") in text
    assert "ask the source's owner" in text
    [(path, kind, body)] = posted
    assert (path, kind) == ("/hook/S3cret", "application/json")
    assert body == {"text": f"*Skikt: 1 check newly failing*\n{text}"}
    [mail] = box.mails
    assert mail.rcpt_tos == ["a@example.com", "b@example.com"]
    assert b"Subject: Skikt: 1 check newly failing" in mail.content


def test_what_fails_as_before_is_told_once_and_again_after_it_was_well(
    instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "alerts.jsonl"
    monkeypatch.setenv("SKIKT_ALERT_FILE", str(file))
    for failing in (["freshness"], ["freshness"], ["freshness", "is_key"], [], ["freshness"]):
        tell_about(instance, run_with(instance, *failing))
    said = texts(file)
    assert [text.count("  Next: ") for text in said] == [1, 1, 1]
    assert "is_key of staging/stg_shop" in said[1]
    assert said[1].endswith("1 more fail as in the run before.")
    assert "freshness of raw/shop__orders" in said[2]


def test_a_failed_run_is_told_with_its_sentence_and_link(
    instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "alerts.jsonl"
    monkeypatch.setenv("SKIKT_ALERT_FILE", str(file))
    run_id = run_with(instance)
    tell_about(instance, run_id, "Disk is full.")
    assert texts(file) == [f"Disk is full.\nRun: http://127.0.0.1:3000/runs/{run_id}"]


def test_nobody_is_told_of_a_run_where_all_is_well_or_nothing_is_set(
    instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell_about(instance, run_with(instance, "is_key"), "It failed.")
    monkeypatch.setenv("SKIKT_ALERT_FILE", str(tmp_path / "alerts.jsonl"))
    tell_about(instance, run_with(instance))
    assert list(tmp_path.iterdir()) == []


def test_a_way_that_fails_is_named_without_its_secret_and_the_others_go_on(
    instance: dg.DagsterInstance,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "alerts.jsonl"
    monkeypatch.setenv("SKIKT_ALERT_MAIL", "a@example.com")
    monkeypatch.setenv("SKIKT_ALERT_SMTP", "smtp://user:S3cret@127.0.0.1:9")
    monkeypatch.setenv("SKIKT_ALERT_WEBHOOK", "file:///etc/S3cret")
    monkeypatch.setenv("SKIKT_ALERT_FILE", str(file))
    tell_about(instance, run_with(instance, "is_key"))
    said = capsys.readouterr().err
    assert "SKIKT_ALERT_MAIL (ConnectionRefusedError)" in said
    assert "SKIKT_ALERT_WEBHOOK (ValueError)" in said
    assert "S3cret" not in said
    assert len(texts(file)) == 1


def test_the_runbook_knows_dbts_tests_by_their_kind() -> None:
    assert next_step("is_key_stg_shop__orders_order_id") == next_step("is_key")
    assert "key" in next_step("is_key")
    assert next_step("no_such_check").startswith("docs/operations.md")
