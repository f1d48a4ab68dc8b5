"""Where the rule files of audiences lie, and which of them are in force.

What a rule may say is ``models.segmentation.rule_files``; whom it selects is
``dagster_project.defs.segments.audiences``.
"""

from pathlib import Path

from dagster_project.errors import ConfigurationError
from dagster_project.home import Home
from dagster_project.settings import CHECKOUT
from models.segmentation.rule_files import AudienceRule, parse_rules

RULES = CHECKOUT / "models" / "segmentation" / "rules"


def read_rules(home: Home) -> list[AudienceRule]:
    """The rules in force: the checkout's, with the home's own files of the same name over them.

    Raises:
        ConfigurationError: a file is no rule; names the file, what was found and what is needed.
    """
    files: dict[str, Path] = {}
    for folder in (RULES, home.config / "rules"):
        files |= {path.name: path for path in sorted(folder.glob("*.yaml"))}
    try:
        rules = parse_rules(
            {name: path.read_text(encoding="utf-8") for name, path in files.items()}
        )
    except (ValueError, OSError) as error:
        raise ConfigurationError(str(error)) from None
    return [rule for rule in rules if rule.status != "retired"]
