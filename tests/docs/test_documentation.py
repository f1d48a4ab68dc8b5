"""The documentation against the project: what a page names exists, and what exists is named."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from pydantic import SecretStr

from dagster_project.cli import app
from dagster_project.settings import CHECKOUT, DemoSettings, Settings

pytestmark = pytest.mark.docs

ROOMS = "dagster_project|dbt|models|expectations|demo|tests|docs"
STAGES = "raw|staging|identity|customers|segments|marts|activation|publication"
CODE = re.compile(r"\b[FRW]_[A-Z][A-Z_]+\b")

PAGES = {
    str(path.relative_to(CHECKOUT)): path.read_text(encoding="utf-8")
    for path in (
        *(CHECKOUT / f"{name}.md" for name in ("README", "CHANGELOG", "CONTRIBUTING")),
        *sorted((CHECKOUT / "docs").rglob("*.md")),
        CHECKOUT / "models" / "README.md",
        CHECKOUT / "dbt" / "README.md",
    )
}


def code_of(text: str) -> list[str]:
    """Code spans and the lines of code blocks, without their comments."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    prose = re.sub(r"^```\w*\n.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    lines = [line.partition(" #")[0] for block in blocks for line in block.splitlines()]
    return [*re.findall(r"`([^`\n]+)`", prose), *lines]


def named(pattern: str) -> set[str]:
    """What the pattern's group finds in the code of any page."""
    return {
        found
        for text in PAGES.values()
        for code in code_of(text)
        for found in re.findall(pattern, code)
    }


def rows_of(text: str) -> set[str]:
    """Table rows with single spaces."""
    return {" ".join(line.split()) for line in text.splitlines() if line.startswith("|")}


def tracked_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, text=True, check=True
    ).stdout
    return [CHECKOUT / name for name in listed.split("\0") if name]


def sources_in(*folders: str) -> str:
    """All Python and SQL of these rooms, as one text."""
    return "\n".join(
        path.read_text(encoding="utf-8")
        for folder in folders
        for path in sorted((CHECKOUT / folder).rglob("*"))
        if path.suffix in {".py", ".sql"}
    )


def slug(heading: str) -> str:
    """The anchor that a Markdown heading gets."""
    return re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-")


@pytest.mark.parametrize("page", PAGES)
def test_every_relative_link_leads_somewhere(page):
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", PAGES[page]):
        if link.startswith(("http://", "https://")):
            continue
        path, _, anchor = link.partition("#")
        target = (CHECKOUT / page).parent / path if path else CHECKOUT / page
        if not target.exists():
            broken.append(link)
        elif anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            if anchor not in map(slug, headings):
                broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES)
def test_every_path_of_the_checkout_exists(page):
    paths = [
        code for code in code_of(PAGES[page]) if re.fullmatch(rf"({ROOMS})/[\w./-]*", code.strip())
    ]
    assert [path for path in paths if not (CHECKOUT / path.strip()).exists()] == []


def assets_of(stage: str) -> set[str]:
    """Names that may stand behind a stage: what its Python quotes, its SQL models, its sources."""
    python = sources_in(f"dagster_project/defs/{stage}")
    quoted = set(re.findall(r'"(\w+)"', python))
    lookups = {f"lookup_{name}" for name in re.findall(r'\bLookup\(\s*"(\w+)"', python)}
    models = {path.stem for path in (CHECKOUT / "dbt/models" / stage).rglob("*.sql")}
    tables = {name.replace("/", "__") for name in declared_sources()} if stage == "raw" else set()
    return quoted | lookups | models | tables


def test_every_asset_that_a_page_names_is_of_its_stage():
    said = {
        asset
        for text in PAGES.values()
        for asset in re.findall(
            rf"(?<![\w/.])({STAGES})/([a-z]\w+)(?![\w/]|\.\w)", re.sub(r"\]\([^)]+\)", "", text)
        )
    }
    assert said, "no page names an asset"
    assert {(stage, name) for stage, name in said if name not in assets_of(stage)} == set()


def test_every_make_target_exists():
    makefile = (CHECKOUT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][\w-]*):", makefile, re.MULTILINE))
    assert named(r"(?:^|[ ;&])make (?:\w+=\S+ )*([a-z][\w-]*)") - targets == set()


def test_every_command_exists():
    commands = {
        command.name or command.callback.__name__.replace("_", "-")
        for command in app.registered_commands
    } | {group.name for group in app.registered_groups}
    said = named(r"\bskikt ([a-z][\w-]*)")
    assert said, "no page names a command"
    assert said - commands == set()


def shown(default: object) -> str:
    """A setting's default as the README shows it."""
    if default is None:
        return "today"
    default = default.get_secret_value() if isinstance(default, SecretStr) else default
    if default == "":
        return "empty"
    if isinstance(default, Path):
        return f"`{default.relative_to(CHECKOUT)}`"
    return f"`{str(default).lower()}`"


def test_the_settings_table_is_the_settings():
    settings = {
        f"{model.model_config['env_prefix']}{name.upper()}": shown(field.default)
        for model in (Settings, DemoSettings)
        for name, field in model.model_fields.items()
    }
    table = dict(re.findall(r"^\| `([A-Z_]+)` \| ([^|]+?) \|", PAGES["README.md"], re.MULTILINE))
    assert table == settings


def test_no_page_names_a_setting_that_does_not_exist():
    settings = {
        f"{model.model_config['env_prefix']}{name.upper()}"
        for model in (Settings, DemoSettings)
        for name in model.model_fields
    }
    said = {
        name for text in PAGES.values() for name in re.findall(r"\b(?:SKIKT|DEMO)_[A-Z_]+", text)
    }
    assert said - settings == set()


def test_the_marts_page_has_exactly_the_published_tables_and_columns():
    models = yaml.safe_load(
        (CHECKOUT / "dbt/models/marts/_marts__models.yml").read_text(encoding="utf-8")
    )["models"]
    page = PAGES["docs/marts.md"]
    sections = dict(re.findall(r"^## (\w+)$(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE))
    tables = {
        name: text for name, text in sections.items() if "| column | type | meaning |" in text
    }
    wanted = {
        model["name"]: [
            f"| `{column['name']}` | {column['data_type']} | {column['description']} |"
            for column in model["columns"]
        ]
        for model in models
    }
    assert {
        name: [line for line in text.splitlines() if line.startswith("| `")]
        for name, text in tables.items()
    } == wanted
    assert [m["name"] for m in models if m["description"] not in tables[m["name"]]] == []


def declared_sources() -> dict[str, dict]:
    content = yaml.safe_load((CHECKOUT / "sources.yaml").read_text(encoding="utf-8"))
    return {name: {**content["defaults"], **entry} for name, entry in content["sources"].items()}


def written_as(source: dict) -> str:
    """How the landing page says a source's format."""
    if source["format"] == "parquet":
        return "Parquet"
    usual = yaml.safe_load((CHECKOUT / "sources.yaml").read_text(encoding="utf-8"))["defaults"]
    kind = "JSON lines" if source["format"] == "jsonl" else f"CSV `{source['delimiter']}`"
    words = [kind, source["encoding"]]
    if source["decimal_sign"] != usual["decimal_sign"]:
        words.append(f"decimal `{source['decimal_sign']}`")
    if source["timestamp_format"] != usual["timestamp_format"]:
        words.append(f"times `{source['timestamp_format']}`")
    if source["timezone"] != usual["timezone"]:
        words.append(f"in {source['timezone']}")
    return ", ".join(words)


def columns_row(name: str, source: dict) -> str:
    """The row of the landing page with a source's columns."""
    key = source["key"]
    types = {
        column: words.removeprefix("required ").removeprefix("header ")
        for column, words in source["contract"].items()
    }
    required = {
        c for c, words in source["contract"].items() if words.startswith(("required ", "header "))
    }

    def listed(columns: list[str]) -> str:
        words = [f"`{c}`" + ("" if types[c] == "text" else f" {types[c]}") for c in columns]
        return ", ".join(words) or "-"

    others = [column for column in types if column not in key]
    return (
        f"| `{name}` | {listed(key)} | {listed([c for c in others if c in required])} "
        f"| {listed([c for c in others if c not in required])} |"
    )


def test_the_landing_page_has_exactly_the_sources_and_columns():
    wanted = set()
    for name, source in declared_sources().items():
        strict = "yes" if source["strict"] else "no"
        wanted |= {
            columns_row(name, source),
            f"| `{name}` | {written_as(source)} | {source['kind']} | {strict} "
            f"| {source['empty']} | {source['cadence_days']} |",
        }
    said = {row for row in rows_of(PAGES["docs/landing.md"]) if re.match(r"\| `\w+/\w+`", row)}
    assert said == wanted


def test_reason_codes_are_those_of_the_code():
    code = sources_in("dagster_project", "models", "dbt")
    used = set(re.findall(r"['\":]([FRW]_[A-Z][A-Z_]+)['\"]", code))
    explained = set(re.findall(r"^\| ([FRW]_[A-Z_]+) \|", PAGES["docs/landing.md"], re.MULTILINE))
    said = {found for text in PAGES.values() for found in CODE.findall(text)}
    assert explained == used
    assert said - used == set()


def checks_in_code() -> dict[str, bool]:
    """Each check's name, and whether it blocks."""
    named_by_constant = {
        "SUITE_CHECK": "great_expectations",
        "WARNINGS_CHECK": "great_expectations_warnings",
        "FRESHNESS_CHECK": "freshness",
    }
    found = {}
    for path in sorted((CHECKOUT / "dagster_project").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "dg.AssetCheckSpec":
                name = ast.unparse(node.args[0])
                blocks = any(keyword.arg == "blocking" for keyword in node.keywords)
                found[named_by_constant.get(name, name.strip("'"))] = blocks
    dbt_tests = (CHECKOUT / "dbt/tests/generic").glob("*.sql")
    return found | dict.fromkeys((path.stem for path in dbt_tests), True)


def test_each_check_has_its_line_in_the_runbook_that_says_whether_it_blocks():
    lines = re.findall(
        r"^\| (`\w+`(?:, `\w+`)*) \| (yes|no|warns)\b", PAGES["docs/operations.md"], re.MULTILINE
    )
    explained = {
        check: blocks == "yes" for names, blocks in lines for check in re.findall(r"`(\w+)`", names)
    }
    assert explained == checks_in_code()


def test_the_runbook_names_each_state_file():
    code = (CHECKOUT / "dagster_project/state.py").read_text(encoding="utf-8")
    names = set(re.findall(r'^[A-Z_]+ = "(\w+)"$', code, re.MULTILINE))
    said = set(re.findall(r"`(\w+)\.(?:parquet|json)`", PAGES["docs/operations.md"]))
    assert names, "no state file was found in the code"
    assert names - said == set()


def test_each_dependency_has_its_reason():
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {}
    for requirement in [*project["dependencies"], *project["optional-dependencies"]["dev"]]:
        name, pin = re.fullmatch(r"([\w-]+)(.*)", requirement).groups()
        wanted[name] = pin or "lock"
    said = re.findall(
        r"^\| ([\w-]+) \| (\S+) \| \S", PAGES["docs/adr/0006-dependencies.md"], re.MULTILINE
    )
    assert {name: pin for name, pin in said if name != "package"} == wanted


def test_each_decision_says_context_decision_and_consequences_on_a_page():
    for page, text in PAGES.items():
        if "/adr/" in page:
            number = int(Path(page).name[:4])
            assert text.startswith(f"# {number}. "), page
            headings = re.findall(r"^## (\w+)", text, re.MULTILINE)
            assert {"Context", "Decision", "Consequences"} <= set(headings), page
            assert len(text.splitlines()) <= 90, page


def test_the_readme_opens_with_the_two_commands():
    first_block = PAGES["README.md"].split("```")[1]
    assert re.findall(r"^make (\w+)", first_block, re.MULTILINE) == ["demo", "test"]


def test_the_two_kinds_of_models_are_told_apart_in_the_first_line():
    for page in ("models/README.md", "dbt/README.md"):
        first = PAGES[page].splitlines()[0]
        assert "`dbt/models/`" in first, page
        assert "`models/`" in first, page


def test_the_changelog_speaks_of_the_version_in_pyproject():
    version = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "version"
    ]
    assert re.search(
        rf"^## \[.+\] .*{re.escape(version)}|^## \[{re.escape(version)}\]",
        PAGES["CHANGELOG.md"],
        re.MULTILINE,
    )


# Written so that this file does not hold what it looks for.
HOSTS = re.compile(
    r"pypi[.](?:org|python)|pythonhosted[.]|anaconda[.](?:org|com)|npmjs[.]|crates[.]io|proxy[.]golang|"
    r"index-url\s*=\s*http|(?:artifactory|nexus|devpi)[./]",
    re.IGNORECASE,
)
MACHINES = re.compile(r"(?<![\w.$}~-])/(?:home|root|work|Users)/\w", re.ASCII)


def test_nothing_names_a_package_registry_or_a_path_of_one_machine():
    found = []
    for file in tracked_files():
        if not file.is_file():
            continue
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            if HOSTS.search(line) or MACHINES.search(line):
                found.append(f"{file.relative_to(CHECKOUT)}:{number}")
    assert found == []
