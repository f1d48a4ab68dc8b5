"""A database that refuses, seen from the command line: the run says so, and nothing that connects to it."""

SOURCES = """
sources:
  crm/contacts:
    format: postgres
    connection: CRM_DSN
    table: public.people
"""


def test_a_refused_login_ends_the_run_and_no_file_holds_what_connects(
    tmp_path, skikt, database, files_with
):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "sources.yaml").write_text(SOURCES, "utf-8")
    refused = database.server.dsn(database.name, password="S3cretCanary")
    ended = skikt.run(tmp_path, CRM_DSN=refused)
    assert ended.exit_code == 3
    assert "crm/contacts" in ended.told["sentence"]
    assert "CRM_DSN" in ended.told["sentence"]
    secrets = ("S3cretCanary", database.name, f":{database.server.port}/")
    assert [secret for secret in secrets if secret in ended.out + ended.err] == []
    assert files_with(tmp_path, *secrets) == []
    assert files_with(tmp_path, "F_CONNECTION") != []
