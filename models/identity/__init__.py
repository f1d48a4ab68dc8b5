"""One customer is one customer, and stays that one: linkage of people and companies, lasting ids.

In the order of use: ``training.train`` (or ``training.prior_model``) makes a model,
``resolution.link`` and ``companies.link_companies`` score pairs, ``clustering.cluster`` closes them,
``stable_ids.assign_ids`` names the clusters; ``evaluation.clustering_scores`` and
``charts.match_weights_chart`` show how good it is.

Tables go in and out as pyarrow tables; nothing is read from or written to disk but ``prior.json``.
"""
