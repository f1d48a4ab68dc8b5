"""A connection that nobody answers on any more is noticed within a minute, not after two hours.

What the kernel will do stands in /proc/net/tcp: which timer runs, and when it goes off.
"""

import os
from pathlib import Path

import pytest

from dagster_project.defs.raw.postgres import opened
from dagster_project.home import Home
from dagster_project.sources import read_sources

ENTRY = """
sources:
  crm/contacts: {format: postgres, connection: CRM_DSN, table: contacts}
"""
KEEPALIVE = "02"


@pytest.fixture
def source(tmp_path):
    """Contacts that come from a table."""
    home = Home(tmp_path)
    home.create()
    (home.config / "sources.yaml").write_text(ENTRY, "utf-8")
    return read_sources(home)["crm/contacts"]


def seconds_to_first_probe(port):
    """Of our end of the connection to this port, while it is idle."""
    for line in Path("/proc/net/tcp").read_text("utf-8").splitlines()[1:]:
        words = line.split()
        if int(words[2].partition(":")[2], 16) == port and words[3] == "01":
            timer, _, when = words[5].partition(":")
            assert timer == KEEPALIVE
            return int(when, 16) / os.sysconf("SC_CLK_TCK")
    raise AssertionError("there is no such connection")


@pytest.mark.parametrize(
    ("form", "most"),
    [
        ("postgresql://skikt:{password}@127.0.0.1:{port}/{name}", 30),
        ("postgres://127.0.0.1:{port}/{name}?user=skikt&password={password}", 30),
        ("host=127.0.0.1 port={port} user=skikt password={password} dbname={name}", 30),
        ("postgresql://skikt:{password}@127.0.0.1:{port}/{name}?keepalives_idle=17", 17),
        ("host=127.0.0.1 port={port} user=skikt password={password} dbname={name} keepalives_idle=17", 17),
    ],
)  # fmt: skip
def test_a_silent_server_is_asked_whether_it_is_there(source, database, monkeypatch, form, most):
    server = database.server
    dsn = form.format(password=server.password, port=server.port, name=database.name)
    monkeypatch.setenv("CRM_DSN", dsn)
    with opened(source) as connection:
        connection.now()
        assert most - 5 < seconds_to_first_probe(server.port) <= most


def test_a_question_mark_in_a_password_stays_part_of_it(source, database, monkeypatch):
    database.sql("drop role if exists clerk; create role clerk login password 'p?w=1&x'")
    dsn = f"postgresql://clerk:p?w=1&x@127.0.0.1:{database.server.port}/{database.name}"
    monkeypatch.setenv("CRM_DSN", dsn)
    with opened(source) as connection:
        assert connection.now()
