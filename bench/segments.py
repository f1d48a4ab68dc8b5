"""``make bench-segments``: how much the bands of value tell of what is spent next, how firm the clusters are.

How fast it goes is ``segment_speed``, run for each seed too.

The seeds were never used in development. The best regression is looked for among several on all figures
that are known of a customer, with trees and without, each judged out of fold; the later judgement takes
the same kind, fitted on the older day alone.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from bench.demo_identity import PEOPLE
from bench.pinned import pinned_model
from bench.refreshed import deliver_demo, refresh
from models.segmentation.clustering import fit_behaviour
from models.segmentation.features import PERSON_FEATURES
from models.segmentation.profiles import measured_names
from models.segmentation.scoring import score_behaviour
from models.segmentation.stable_labels import label_clusters

SEEDS = (27041, 27042, 27043)
Floats = NDArray[np.float64]

REGRESSIONS = {
    "trees, deep": lambda: HistGradientBoostingRegressor(
        max_iter=150, learning_rate=0.05, max_leaf_nodes=31, min_samples_leaf=50, random_state=1
    ),
    "trees, flat": lambda: HistGradientBoostingRegressor(
        max_iter=100, learning_rate=0.1, max_depth=3, min_samples_leaf=20, random_state=1
    ),
    "trees, Poisson": lambda: HistGradientBoostingRegressor(
        loss="poisson", max_iter=150, learning_rate=0.05, max_leaf_nodes=15, random_state=1
    ),
    "linear": lambda: make_pipeline(
        FunctionTransformer(_with_logarithms), StandardScaler(), Ridge(1.0)
    ),
}


def main() -> None:
    """Refresh the demo of each seed and print both."""
    people = PEOPLE[sys.argv[1]]
    for seed in SEEDS:
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            deliver_demo(home, people, seed)
            refresh(home)
            _value(home, seed)
            _behaviour(home, seed)
            _refit(home, seed)
            subprocess.run([sys.executable, "-m", "bench.segment_speed", folder], check=True)


def _value(home: Path, seed: int) -> None:
    model = pinned_model(home, "value_models")["value"]
    ours = {row["data"]: row for row in model["evaluation"]}
    newer, older = _days(home)
    folds = KFold(5, shuffle=True, random_state=1)
    unseen = {
        name: _explained(newer[1], cross_val_predict(make(), *newer, cv=folds))
        for name, make in REGRESSIONS.items()
    }
    later = {
        name: float(np.corrcoef(newer[1], make().fit(*older).predict(newer[0]))[0, 1] ** 2)
        for name, make in REGRESSIONS.items()
    }
    for data, others in (("out of fold", unseen), ("later in time", later)):
        best = max(others, key=lambda name: others[name])
        row = ours[data]
        print(
            f"{seed} value, {data:13}: {len(model['limits']) + 1} bands {row['bands']:.4f}, best regression "
            f"{others[best]:.4f} ({best}), ratio {row['bands'] / others[best]:.3f}; prediction "
            f"{row['model']:.4f}, spent in the 90 days before {row['naive']:.4f}",
            flush=True,
        )


def _behaviour(home: Path, seed: int) -> None:
    model = pinned_model(home, "behaviour_model")
    chosen = next(c for c in model["candidates"] if c["k"] == model["k"])
    print(
        f"{seed} behaviour: k {model['k']}, bootstrap ARI median {chosen['ari_median']:.3f}, 10th percentile "
        f"{chosen['ari_p10']:.3f}, shares {min(model['shares']):.3f} to {max(model['shares']):.3f}",
        flush=True,
    )


def _refit(home: Path, seed: int) -> None:
    """Two of a hundred customers come later: who of the others keeps the cluster over the refit."""
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        query = "select * from customers.customer_features {} order by customer_id"
        features = connection.sql(query.format("")).to_arrow_table()
        known = connection.sql(query.format("where hash(customer_id) % 50 <> 0")).to_arrow_table()
    model = label_clusters(fit_behaviour(known, seed=1), known)
    again = label_clusters(
        fit_behaviour(features, seed=1, previous=model), features, previous=model
    )
    before, after = (
        score_behaviour(known, fitted).to_pandas().set_index("customer_id")["segment_id"]
        for fitted in (model, again)
    )
    kept = before == after.reindex(before.index)
    print(
        f"{seed} behaviour, refit with 2 % more customers: {kept.mean():.4f} of the others keep their segment, "
        f"k {model['k']} and {again['k']}",
        flush=True,
    )


def _days(home: Path) -> list[tuple[Floats, Floats]]:
    """Figures and spending of the 90 days after, of the newer day and of the older one."""
    names = ", ".join(
        f"cast(features.{name} as double)" for name in measured_names(PERSON_FEATURES)
    )
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        days = connection.execute("select as_of from customers.feature_days order by 1 desc")
        return [
            (rows[:, 1:], np.maximum(rows[:, 0], 0))
            for (day,) in days.fetchall()
            for rows in [
                connection.execute(
                    f"select coalesce(revenue.revenue_eur, 0), {names} "
                    "from customers.earlier_customer_features as features "
                    "left join customers.later_spending as revenue using (as_of, customer_id) "
                    "where as_of = ? and is_profiling_allowed order by customer_id",
                    [day],
                )
                .df()
                .to_numpy(dtype=np.float64)
            ]
        ]


def _explained(target: Floats, guess: Floats) -> float:
    return float(1 - ((target - guess) ** 2).sum() / ((target - target.mean()) ** 2).sum())


def _with_logarithms(points: Floats) -> Floats:
    known = np.nan_to_num(points)
    return np.column_stack([known, np.log1p(np.maximum(known, 0))])


if __name__ == "__main__":
    main()
