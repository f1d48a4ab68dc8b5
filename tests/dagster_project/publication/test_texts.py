"""The report's catalogue: whole in each language, with nothing in it that nobody says."""

import ast
import re
from pathlib import Path

import pytest
import yaml

from dagster_project.defs.publication import report, report_figures, tables
from dagster_project.defs.publication.texts import Texts
from models.segmentation.company_features import COMPANY_FEATURES
from models.segmentation.descriptions import LIFECYCLE_TEXTS, RFM_TEXTS, UNASSIGNED_TEXTS
from models.segmentation.features import PERSON_FEATURES
from models.segmentation.firmographic import SEGMENT_TEXTS

ROOM = Path(report.__file__).parent
CATALOGUE = yaml.safe_load((ROOM / "texts.yaml").read_text("utf-8"))
PLACE = re.compile(r"\{\w+\}")
LANGUAGES = ("sv", "da")
FACTS = (
    "person",
    "company",
    "email",
    "phone",
    "address",
    "job_title",
    "revenue_eur",
    "employees",
    "industry",
)
HOURS = ("night", "morning", "afternoon", "evening")
FIRST_OF_THE_TABLES = "{n1} members, {n2} of the base"


def said_by_the_page() -> set[str]:
    """What templates and the modules of the page say, the words of its dictionaries included."""
    pages = [*(ROOM / "templates").glob("*.html"), ROOM / "tables.py"]
    written = "".join(path.read_text("utf-8") for path in pages)
    tree = ast.parse((ROOM / "report.py").read_text("utf-8"))
    told = {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "t.told"
        and isinstance(node.args[0], ast.Constant)
    }
    return {
        *re.findall(r'\bt\(\s*"((?:[^"])+)"[,)\s]', written),
        *told,
        *tables.SCHEME_TITLES.values(),
        *tables.COMPONENTS.values(),
        *tables.OUTCOMES,
        *report._CAUSE_WORDS.values(),
        *report._ACTION_WORDS.values(),
        *report_figures.TRENDS,
        *FACTS,
        *HOURS,
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_sentence_is_said_with_the_same_places(language: str) -> None:
    for sentence, said in CATALOGUE.items():
        assert said[language].strip(), sentence
        assert sorted(PLACE.findall(said[language])) == sorted(PLACE.findall(sentence)), sentence


def test_the_page_says_what_the_catalogue_holds() -> None:
    labels = {feature.label for feature in (*PERSON_FEATURES, *COMPANY_FEATURES)}
    sentences = list(CATALOGUE)
    of_the_page = set(sentences[: sentences.index(FIRST_OF_THE_TABLES)])
    assert said_by_the_page() - set(sentences) == set()
    assert of_the_page - said_by_the_page() - labels == set()
    shown = {
        feature.label
        for feature in (*PERSON_FEATURES, *COMPANY_FEATURES)
        if feature.data_type != "boolean" and (feature.low == 0 or feature.unit == "EUR")
    }
    assert shown - set(sentences) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_statistics_write_is_known(language: str) -> None:
    texts = Texts(language)
    described = (RFM_TEXTS, LIFECYCLE_TEXTS, UNASSIGNED_TEXTS, SEGMENT_TEXTS)
    for text in (text for texts_of in described for text in texts_of.values()):
        assert texts.knows(text.description), text.description


@pytest.mark.parametrize(
    ("english", "swedish"),
    [
        (
            "1,432 members, 8.6% of the base, +5% since the day published before: worth more per member than 94% "
            "of segments.",
            "1\xa0432 medlemmar, 8,6 % av basen, +5 % sedan förra publiceringen: mer värt per medlem än 94 % av "
            "segmenten.",
        ),
        (
            "Set apart from all customers who order by: visits in 365 days 1.3 (all 0.3), orders with a discount "
            "4 % (all 23 %), average order 1,090 EUR (all 480 EUR).",
            "Skiljer sig från alla beställande kunder genom: besök på 365 dagar 1,3 (alla 0,3), beställningar "
            "med rabatt 4 % (alla 23 %), genomsnittlig beställning 1\xa0090 EUR (alla 480 EUR).",
        ),
        ("What somebody wrote in a rule.", "What somebody wrote in a rule."),
    ],
)
def test_a_sentence_of_a_table_is_told_with_its_figures(english: str, swedish: str) -> None:
    assert Texts("sv").told(english) == swedish
    assert Texts("en").told(english) == english


def test_what_is_filled_in_is_text() -> None:
    said = Texts("sv")("Run {run}.", run="<b>")
    assert said == "Körning &lt;b&gt;."
