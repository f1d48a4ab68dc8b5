"""Many well-filled records of households: what they share by chance must not pass for a match."""

from bench.households import household_records
from models.identity.clustering import cluster
from models.identity.evaluation import clustering_scores
from models.identity.resolution import link
from models.identity.training import train


def test_coincidences_of_many_records_join_nobody() -> None:
    """Strangers with one birth date and one postal code were joined: precision was 0.971."""
    records, truth = household_records(20_000, seed=9)
    pairs = link(records, train(records, seed=1))
    scores = clustering_scores(cluster(records["record_id"], pairs, threshold=0.95), truth)
    assert scores["pair_precision"] >= 0.998
    assert scores["pair_recall"] >= 0.97
