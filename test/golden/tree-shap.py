"""Reference contributions of test/models/tree-shap-golden.test.ts, from LightGBM (pred_contrib) and shap.

    python test/golden/tree-shap.py > test/golden/tree-shap.json

`lightgbm` has missing values and a categorical column; `deep` has long paths. `shap` is scikit-learn's gradient boosting,
explained by shap's own C code. Values are small whole numbers, so that thresholds mean the same in float32 and float64.
"""

import json
import platform

import lightgbm
import numpy as np
import shap
import sklearn
from sklearn.ensemble import GradientBoostingClassifier

COLUMNS = 8


def data(rows, seed, levels, missing):
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 40, (rows, COLUMNS)).astype(float)
    x[:, COLUMNS - 1] = rng.integers(0, levels, rows)
    z = 0.1 * (x[:, 0] - 20) + 0.08 * (x[:, 1] - 20) * (x[:, 2] > 25) + np.where(x[:, -1] % 3 == 1, 1.0, -0.5)
    z += 0.02 * (x[:, 3] - 20) * np.sign(x[:, 4] - 15) + 0.03 * np.abs(x[:, 5] - 20) * (x[:, 6] > 10)
    y = (rng.random(rows) < 1 / (1 + np.exp(-z))).astype(int)
    if missing:
        x[rng.random(x.shape) < 0.1] = np.nan
    return x, y


def matrix(x):
    return [[None if np.isnan(value) else int(value) for value in row] for row in x]


def from_lightgbm(node):
    if "leaf_value" in node:
        return {"value": node["leaf_value"], "rows": node["leaf_count"]}
    categories = [int(c) for c in node["threshold"].split("||")] if node["decision_type"] == "==" else None
    return {
        "feature": node["split_feature"],
        **({"categories": categories} if categories else {"threshold": node["threshold"], "missing_left": node["default_left"]}),
        "left": from_lightgbm(node["left_child"]),
        "right": from_lightgbm(node["right_child"]),
    }


def boosted(name, rows, seed, trees, **settings):
    x, y = data(rows, seed, 12, True)
    parameters = {"objective": "binary", "verbose": -1, "num_threads": 1, "deterministic": True, **settings}
    model = lightgbm.train(
        parameters, lightgbm.Dataset(x, y, categorical_feature=[COLUMNS - 1]), num_boost_round=trees
    )
    some = x[:40]
    return {
        "name": name,
        "base": 0,
        "rows": matrix(some),
        "trees": [from_lightgbm(tree["tree_structure"]) for tree in model.dump_model()["tree_info"]],
        "contributions": model.predict(some, pred_contrib=True).tolist(),
    }


def from_sklearn(tree, node, rate):
    if tree.children_left[node] < 0:
        return {"value": rate * tree.value[node, 0, 0], "rows": int(tree.n_node_samples[node])}
    return {
        "feature": int(tree.feature[node]),
        "threshold": tree.threshold[node],
        "missing_left": False,
        "left": from_sklearn(tree, tree.children_left[node], rate),
        "right": from_sklearn(tree, tree.children_right[node], rate),
    }


def by_shap():
    x, y = data(1000, 3, 12, False)
    model = GradientBoostingClassifier(n_estimators=8, max_depth=5, random_state=0).fit(x, y)
    some = x[:40]
    explainer = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")
    values = explainer.shap_values(some)
    bias = np.full((len(some), 1), np.ravel(explainer.expected_value)[0])
    trees = [from_sklearn(tree.tree_, 0, model.learning_rate) for tree in model.estimators_[:, 0]]
    prior = model.init_.class_prior_[1]
    return {
        "name": "shap",
        "base": float(np.log(prior / (1 - prior))),
        "rows": matrix(some),
        "trees": trees,
        "contributions": np.hstack([values, bias]).tolist(),
        "interactions": explainer.shap_interaction_values(some[:10]).tolist(),
    }


print(
    json.dumps(
        {
            "made_by": "python test/golden/tree-shap.py > test/golden/tree-shap.json",
            "versions": {
                "python": platform.python_version(),
                "numpy": np.__version__,
                "lightgbm": lightgbm.__version__,
                "scikit-learn": sklearn.__version__,
                "shap": shap.__version__,
            },
            "cases": [
                boosted("lightgbm", 2000, 1, 10, num_leaves=15, min_data_in_leaf=20, min_data_per_group=5),
                boosted("deep", 400, 2, 2, num_leaves=60, min_data_in_leaf=1, min_data_per_group=1),
                by_shap(),
            ],
        }
    )
)
