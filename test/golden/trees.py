"""Reference numbers of test/models/golden-trees.test.ts and test/slow/golden-trees.test.ts, from LightGBM and scikit-learn.

    node test/golden/write-model-matrices.mjs /tmp/matrices
    python test/golden/trees.py /tmp/matrices > test/golden/trees.json

AUC and log-loss on the rows with (7 i + 3 seed) mod 10 >= 7 of models trained on the others, seeds 1 to 5. `simulated_categories`
is `simulated` with three columns turned into categories, one of 101 levels in scrambled order.
"""

import json
import platform
import sys
from pathlib import Path

import lightgbm
import numpy as np
import sklearn
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import log_loss, roc_auc_score

# Small tables get a slower learning rate: at .1 two correct programs differ by more than .002 by chance alone.
BOOSTED = {
    "cdnow": {"trees": 100, "learningRate": 0.05, "maxLeaves": 15},
    "telco": {"trees": 100, "learningRate": 0.05, "maxLeaves": 15},
    "simulated": {"trees": 100, "learningRate": 0.1, "maxLeaves": 31},
    "simulated_categories": {"trees": 100, "learningRate": 0.1, "maxLeaves": 31},
}
FOREST = {"trees": 100, "minRowsPerLeaf": 20}
CATEGORIES = ["birth_month", "payment", "tenure_months"]


def read(folder):
    about = json.loads((folder / "matrix.json").read_text())
    x = np.fromfile(folder / "matrix.f32", "<f4").reshape(about["rows"], about["columns"])
    return x, np.fromfile(folder / "labels.u8", np.uint8), about["names"]


def with_categories(x, names):
    x = x.copy()
    for name in CATEGORIES:
        j = names.index(name)
        x[:, j] = np.mod(37 * np.floor(x[:, j]) + 11, 101)
    return x, [names.index(name) for name in CATEGORIES]


def boosted(x, y, test, settings, categories):
    parameters = {
        "objective": "binary",
        "learning_rate": settings["learningRate"],
        "num_leaves": settings["maxLeaves"],
        "min_data_in_leaf": 20,
        "lambda_l2": 1.0,
        "max_bin": 255,
        "min_data_per_group": 1,
        "cat_smooth": 10,
        "cat_l2": 10,
        "num_threads": 1,
        "deterministic": True,
        "verbose": -1,
    }
    data = lightgbm.Dataset(x[~test], y[~test], params=parameters, categorical_feature=categories)
    return lightgbm.train(parameters, data, settings["trees"]).predict(x[test])


def forest(x, y, test, seed):
    model = RandomForestClassifier(
        n_estimators=FOREST["trees"], min_samples_leaf=FOREST["minRowsPerLeaf"], max_features="sqrt", random_state=seed
    )
    return model.fit(x[~test], y[~test]).predict_proba(x[test])[:, 1]


def compare(name, folder):
    x, y, names = read(folder / name.removesuffix("_categories"))
    categories = "auto"
    if name.endswith("_categories"):
        x, categories = with_categories(x, names)
    result = {"name": name, "gbdt": [], "forest": []}
    for seed in range(1, 6):
        test = (7 * np.arange(len(y)) + 3 * seed) % 10 >= 7
        predictions = {"gbdt": boosted(x, y, test, BOOSTED[name], categories)}
        if not name.endswith("_categories"):
            predictions["forest"] = forest(x, y, test, seed)
        for kind, p in predictions.items():
            result[kind].append({"seed": seed, "auc": roc_auc_score(y[test], p), "logLoss": log_loss(y[test], p)})
    return result


folder = Path(sys.argv[1])
document = {
    "made_by": "python test/golden/trees.py MATRICES > test/golden/trees.json",
    "versions": {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "lightgbm": lightgbm.__version__,
        "scikit-learn": sklearn.__version__,
    },
    "settings": {"gbdt": BOOSTED, "forest": FOREST},
    "quality": [compare(name, folder) for name in BOOSTED],
}
print(json.dumps(document, indent=1))
