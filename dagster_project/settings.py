"""Every setting, typed, with its unit, default and reason; read from the environment once.

Where things lie below ``SKIKT_HOME`` is ``dagster_project.home``; what a delivery looks like is
``sources.yaml``.
"""

import os
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from dagster_project.errors import ConfigurationError
from dagster_project.home import Home

CHECKOUT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """What a user may set, as ``SKIKT_<NAME>`` in the environment."""

    model_config = SettingsConfigDict(env_prefix="SKIKT_", extra="ignore")

    home: Path = Field(
        default=CHECKOUT / "data",
        description="Folder that holds all that is read and written; two homes never meet.",
    )
    as_of: date | None = Field(
        default=None,
        description="UTC day, inclusive, up to which events count; default today. The only clock "
        "that a decision or a figure depends on.",
    )
    engine: Literal["duckdb"] = Field(
        default="duckdb", description="What runs the SQL. Spark is not wired yet."
    )
    language: Literal["en", "sv", "da"] = Field(
        default="en",
        description="Language of the report: English, Swedish or Danish. Names of segments and what people "
        "wrote in rules stay as they are.",
    )
    memory_limit: str = Field(
        default="",
        description="DuckDB's memory limit, such as '8GB'; empty leaves DuckDB's own 80 % of RAM.",
    )
    threads: int = Field(
        default=0,
        ge=0,
        description="DuckDB's threads; 0 leaves one per core. Figures never depend on it.",
    )
    match_probability: float = Field(
        default=0.95,
        gt=0.5,
        lt=1,
        description="Two records are one customer from this probability on. 0.95 keeps wrong merges, "
        "which are dearer than missed ones, below 1.5 % of pairs on the demo.",
    )
    keep_publications: int = Field(
        default=3, ge=1, description="Publications kept on disk, the current one included."
    )
    half_life_business_contact_days: int = Field(
        default=210,
        gt=0,
        description="Days in which half of the e-mails, phones and titles of people who act for a "
        "company change. 210 is 70 % a year, which is often said of B2B contact data.",
    )
    half_life_contact_days: int = Field(
        default=1_000,
        gt=0,
        description="Days in which half of other people's e-mails and phones change. 1,000 is 22 % a "
        "year: a choice, not measured; set what your own bounces say.",
    )
    half_life_address_days: int = Field(
        default=1_800,
        gt=0,
        description="Days in which half of all addresses change, of people and companies. 1,800 is "
        "13 % a year: a choice, not measured.",
    )
    half_life_figures_days: int = Field(
        default=365,
        gt=0,
        description="Days in which half of the companies' revenues and employees are no longer so; "
        "new accounts replace them every year.",
    )
    half_life_profile_days: int = Field(
        default=1_800,
        gt=0,
        description="Days in which half of the companies' industries and websites change; as slow as "
        "moving house.",
    )
    smallest_segment: int = Field(
        default=50,
        ge=1,
        description="Members below which a segment is proposed for merging: a campaign of its own "
        "costs more than so few bring. A choice; set what your channels ask for.",
    )
    priority_weight_profitability: float = Field(
        default=1,
        ge=0,
        description="What revenue per member counts for in a segment's priority, beside the four below; "
        "only their ratios matter.",
    )
    priority_weight_purchasing_power: float = Field(
        default=1, ge=0, description="The same of the members' average order."
    )
    priority_weight_conversion: float = Field(
        default=1, ge=0, description="The same of the share of members who ordered in 90 days."
    )
    priority_weight_growth: float = Field(
        default=1, ge=0, description="The same of growth since the day published before."
    )
    priority_weight_goal_fit: float = Field(
        default=1, ge=0, description="The same of the goal that an approved audience states."
    )
    publish_postgres: SecretStr = Field(
        default=SecretStr(""),
        description="Connection string or URI of a PostgreSQL database that gets the published tables too, in "
        "its schema marts; empty for none.",
    )
    on_failure: str = Field(
        default="",
        description="Command run when a run fails, with a JSON message on its standard input: "
        "wire it to mail or chat.",
    )

    alert_mail: str = Field(
        default="",
        description="Addresses, with commas between them, that are mailed when a run fails or a check newly fails.",
    )
    alert_mail_from: str = Field(default="skikt@localhost", description="Who such a mail is from.")
    alert_smtp: SecretStr = Field(
        default=SecretStr("smtp://localhost"),
        description="Mail server: smtp://[user:password@]host[:port], or smtps:// for TLS from the start.",
    )
    alert_webhook: SecretStr = Field(
        default=SecretStr(""),
        description="Address that gets the same as a JSON object with `text`, as Slack and its likes take it.",
    )
    alert_file: str = Field(
        default="", description="File that gets the same, a line of JSON for each message."
    )
    ui_url: str = Field(
        default="http://127.0.0.1:3000", description="Where Dagster's UI is, for links in messages."
    )

    @field_validator("memory_limit")
    @classmethod
    def _is_a_size(cls, limit: str) -> str:
        if limit and not re.fullmatch(r"[0-9]+(\.[0-9]+)? ?[KMGT]i?B", limit, re.IGNORECASE):
            raise ValueError("it needs a number and a unit, such as 8GB")
        return limit

    @field_validator("home")
    @classmethod
    def _home_can_be_named_in_sql(cls, home: Path) -> Path:
        if any(sign in str(home) for sign in "'*?[]"):
            raise ValueError(
                "the path holds one of ' * ? [ ], which DuckDB reads as more than a name"
            )
        return home

    @property
    def has_messengers(self) -> bool:
        """Whether anybody is to be told."""
        return bool(self.alert_mail or self.alert_webhook.get_secret_value() or self.alert_file)

    @property
    def home_folders(self) -> Home:
        """The paths below ``home``."""
        return Home(self.home.expanduser().resolve())


class DemoSettings(BaseSettings):
    """Size and seed of the demo deliveries, as ``DEMO_<NAME>``."""

    model_config = SettingsConfigDict(env_prefix="DEMO_", extra="ignore")

    people: int = Field(default=5_000, ge=50, description="People in the demo's population.")
    seed: int = Field(default=1, ge=0, description="Seed: the same one gives the same bytes.")


def load_settings() -> Settings:
    """The settings in force.

    Raises:
        ConfigurationError: a variable cannot be read as its type; the message names it.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise ConfigurationError(_sentence("SKIKT_", error)) from None


def load_demo_settings() -> DemoSettings:
    """Size and seed of the demo.

    Raises:
        ConfigurationError: a variable cannot be read as its type; the message names it.
    """
    try:
        return DemoSettings()
    except ValidationError as error:
        raise ConfigurationError(_sentence("DEMO_", error)) from None


def today() -> date:
    """Today's UTC day; asked for once, where a run begins."""
    return datetime.now(UTC).date()


def _sentence(prefix: str, error: ValidationError) -> str:
    first = error.errors()[0]
    name = prefix + "_".join(str(part) for part in first["loc"]).upper()
    found = os.environ.get(name, "")
    said = first["msg"].removeprefix("Value error, ")
    return f"{name} is {found!r}: {said}. Set it to a usable value or unset it."
