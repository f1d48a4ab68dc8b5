"""Rule files: one YAML per audience that people write, read into a checked ``AudienceRule``.

The shell reads the files; here is only text. What ``include`` and ``exclude`` may say is decided in
``predicates``, when the rule is compiled; a file can be well-formed and still not compile.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

MAX_BYTES = 1_000_000
NAME_PATTERN = r"^[a-z0-9_]{1,64}$"

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Team = Annotated[str, StringConstraints(pattern=r"^team:[a-z0-9_-]{1,64}$")]
Channel = Literal["email", "sms", "phone", "post", "web", "app", "meta", "linkedin", "google"]


class ActionStep(BaseModel):
    """One step of an action plan: what, by whom, until when, with what."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    action: Line
    owner: Team
    deadline_on: date
    resources: Line


class AudienceRule(BaseModel):
    """A rule-based audience as written in its file; segment ``audience.<name>``.

    Attributes:
        name: file name without ``.yaml``: lower-case letters, digits, underscores; at most 64.
        title: what people call it.
        description: who is in it, in a sentence or two.
        customer_type: person or company.
        owner: the team that answers for it, ``team:...``; never a person.
        status: draft, approved or retired.
        review_on: day by which the owner looks at it again.
        goal: what the audience is for.
        channels: where it may be addressed; consent is asked for besides.
        needs: needs and challenges of these customers.
        action_plan: steps with owner, deadline and resources.
        least_homogeneity: how alike its members have to be in what they do, 0..1; None asks nothing.
        include: predicate (see ``predicates``): who is in.
        exclude: predicate: who is out again; None = nobody.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
    title: Line
    description: Prose
    customer_type: Literal["person", "company"]
    owner: Team
    status: Literal["draft", "approved", "retired"]
    review_on: date
    goal: Prose
    channels: Annotated[tuple[Channel, ...], Field(min_length=1)]
    needs: tuple[Line, ...] = ()
    action_plan: tuple[ActionStep, ...] = ()
    least_homogeneity: Annotated[float, Field(ge=0, le=1)] | None = None
    include: Prose
    exclude: Prose | None = None

    @property
    def segment_id(self) -> str:
        """``audience.<name>``."""
        return f"audience.{self.name}"

    @property
    def definition_version(self) -> str:
        """12 hex digits that change exactly when what the rule selects may change.

        Derived from customer type and predicates, not counted by hand: an edit cannot forget it, an
        edit undone brings the old version back, and words, line breaks and case do not matter.
        """
        parts = [self.customer_type, _canonical(self.include), _canonical(self.exclude or "")]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def parse_rules(texts: Mapping[str, str]) -> list[AudienceRule]:
    """Read rule files.

    Args:
        texts: file name (``<name>.yaml``) -> content.

    Returns:
        The rules, by name.

    Raises:
        ValueError: one line per problem, over all files: file, what was found, what is needed, and
            what to do. Values are not repeated: someone may have written a person into a rule.
    """
    rules, problems = [], []
    for file, text in sorted(texts.items()):
        try:
            rules.append(_parse_rule(file, text))
        except ValueError as error:
            problems.append(str(error))
    if problems:
        raise ValueError("\n".join(problems))
    return sorted(rules, key=lambda rule: rule.name)


def _parse_rule(file: str, text: str) -> AudienceRule:
    content = _load(file, text)
    if not isinstance(content, dict):
        raise ValueError(
            f"{file}: the file holds a {type(content).__name__}; it needs fields like 'name:' and "
            "'include:'. Start from an existing rule file."
        )
    try:
        rule = AudienceRule.model_validate(content)
    except ValidationError as error:
        raise ValueError("\n".join(_problem(file, dict(item)) for item in error.errors())) from None
    stem = PurePosixPath(file).stem
    if rule.name != stem:
        raise ValueError(
            f"{file}: the name is {rule.name}; it must be the file's name without .yaml, so that a "
            f"rule is found by its name. Rename the file to {rule.name}.yaml or the rule to {stem}."
        )
    return rule


def _load(file: str, text: str) -> Any:
    size = len(text.encode())
    if size > MAX_BYTES:
        raise ValueError(
            f"{file}: the file has {size} bytes; at most {MAX_BYTES} are read. Shorten the rule."
        )
    try:
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506  a SafeLoader, made stricter
    except RecursionError:
        raise ValueError(f"{file}: nested too deeply to be a rule. Flatten it.") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "an unknown place"
        problem = error.problem or "not readable"
        raise ValueError(
            f"{file}: not valid YAML at {place}: {problem}. Correct that line."
        ) from None
    except (yaml.YAMLError, ValueError) as error:
        raise ValueError(
            f"{file}: not valid YAML ({type(error).__name__}). Save it as plain UTF-8 text and "
            "check dates and special characters."
        ) from None


class _StrictLoader(yaml.SafeLoader):
    """Safe YAML without repeated keys, which YAML would silently resolve, and without aliases."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases (*name) are not allowed", mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = (key_node.tag, key_node.value if isinstance(key_node.value, str) else None)
            if key[1] is None or key in seen:
                problem = "a key appears twice" if key[1] is not None else "a key is not plain text"
                raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


def _problem(file: str, item: dict[str, Any]) -> str:
    field = ".".join(str(part) for part in item["loc"])
    if item["type"] == "extra_forbidden":
        return (
            f"{file}: field {field} is unknown; known are {', '.join(AudienceRule.model_fields)}. "
            "Correct or remove it."
        )
    if item["type"] == "missing":
        return f"{file}: field {field} is missing; every rule needs it. Add '{field}: ...'."
    found = type(item["input"]).__name__
    return f"{file}: field {field} holds a {found} that does not fit: {item['msg']}. Correct it."


def _canonical(predicate: str) -> str:
    """A predicate without what does not matter: case and space outside of quoted text."""
    parts = re.split(r"('(?:[^']|'')*')", predicate)
    plain = [
        part if place % 2 else " ".join(part.lower().split()) for place, part in enumerate(parts)
    ]
    return " ".join(part for part in plain if part)
