"""Models of LightGBM and XGBoost with their own predictions, for test/models/foreign.test.ts.

    pip install --no-deps --target /tmp/xgboost-1.7.6 xgboost==1.7.6
    pip install --no-deps --target /tmp/xgboost-2.1.4 xgboost==2.1.4
    python test/golden/foreign.py lightgbm
    python test/golden/foreign.py xgboost
    python test/golden/foreign.py xgboost /tmp/xgboost-2.1.4
    python test/golden/foreign.py xgboost /tmp/xgboost-1.7.6

Writes test/golden/foreign/<case>.<txt|json> (the model as the program saves it) and <case>.rows.json: 40 rows by column
(null = missing, "Infinity"), P(churn), and pred_contrib in log-odds, bias last. Rows hold missing values, infinities, zeros,
and categories that training did not see.
"""

import json
import platform
import sys
from pathlib import Path

if len(sys.argv) > 2:
    sys.path.insert(0, sys.argv[2])

import numpy as np
import pandas as pd

PROGRAM = sys.argv[1]
FOLDER = Path(__file__).parent / "foreign"
PLANS = ["basic", "plus", "gold", "team", "family", "student", "trial", "legacy"]


def table(rows, seed, unseen=False):
    """Numbers with gaps, zeros and infinities; a category with gaps, and with a level that training never has."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 3)).astype("f4").round(3)
    x[:, 1] = np.where(rng.random(rows) < 0.4, 0, np.abs(x[:, 1]) * 20)
    x[rng.random((rows, 3)) < 0.08] = np.nan
    frame = pd.DataFrame(x, columns=["recency", "orders", "trend"])
    if unseen:
        frame.loc[0, "recency"], frame.loc[1, "recency"], frame.loc[2, "orders"] = np.inf, -np.inf, np.inf
        frame.loc[3:5, ["recency", "orders", "trend"]] = np.nan
    codes = rng.integers(0, len(PLANS), rows)
    codes[rng.random(rows) < 0.06] = -1
    frame["plan"] = pd.Categorical.from_codes(codes, PLANS)
    known = frame["recency"].fillna(0.5).clip(-9, 9)
    z = known * 1.2 - 0.05 * frame["orders"].fillna(30).clip(0, 99) + np.isin(codes, [1, 4, 6]) * 1.5 - 0.7
    y = (rng.random(rows) < 1 / (1 + np.exp(-z))).astype(int)
    return frame, y


def cells(values):
    return [None if np.isnan(v) else float(v) if np.isfinite(v) else ("Infinity" if v > 0 else "-Infinity") for v in values]


def columns(frame, extra=()):
    """Category columns by name; the rows in `extra` get a level that no model knows."""
    result = {}
    for name in frame:
        if isinstance(frame[name].dtype, pd.CategoricalDtype):
            values = [None if pd.isna(v) else str(v) for v in frame[name]]
            for row in extra:
                values[row] = "never seen"
            result[name] = {"kind": "category", "values": values}
        else:
            result[name] = {"kind": "number", "values": cells(frame[name].to_numpy("f4"))}
    return result


def save(case, version, rows, probability, contributions, model, more=None):
    document = {
        "made_by": f"python test/golden/foreign.py {PROGRAM}",
        "versions": {"python": platform.python_version(), "numpy": np.__version__, PROGRAM: version},
        "model": model,
        **(more or {}),
        "columns": rows,
        "probability": [float(p) for p in probability],
        "contributions": None if contributions is None else [[float(v) for v in row] for row in contributions],
    }
    (FOLDER / f"{case}.rows.json").write_text(json.dumps(document) + "\n")


def lightgbm_cases():
    import lightgbm

    train, y = table(3000, 1)
    rows, _ = table(40, 2, unseen=True)
    asked = rows.copy()
    asked["plan"] = rows["plan"].cat.add_categories(["never seen"])
    asked.loc[[6, 7], "plan"] = "never seen"
    common = {"objective": "binary", "verbose": -1, "num_threads": 1, "deterministic": True, "min_data_per_group": 1, "cat_smooth": 1, "force_col_wise": True}

    def case(name, settings, trees, frame=train, ask=asked, extra=(6, 7), contributions=True, dump=False, categories="auto", more=None):
        data = lightgbm.Dataset(frame, y, categorical_feature=categories)
        model = lightgbm.train({**common, **settings}, data, trees)
        model.save_model(FOLDER / f"{name}.txt")
        p = model.predict(ask)
        contrib = model.predict(ask, pred_contrib=True) if contributions else None
        if settings.get("boosting") == "rf":  # LightGBM averages a forest's scores, but adds up its contributions
            contrib = contrib / trees
        save(name, lightgbm.__version__, columns(ask if ask is not asked else rows, extra), p, contrib, f"{name}.txt", more)
        if dump:
            (FOLDER / f"{name}-dump.json").write_text(json.dumps(model.dump_model()) + "\n")
            save(f"{name}-dump", lightgbm.__version__, columns(rows, extra), p, contrib, f"{name}-dump.json", more)

    case("lightgbm", {"num_leaves": 15, "learning_rate": 0.2}, 8, dump=True)
    numbers = train.drop(columns="plan")
    ask = asked.drop(columns="plan")
    coded, coded_ask = numbers.copy(), ask.copy()
    coded["plan"] = train["plan"].cat.codes.astype("f4").replace(-1, np.nan)
    coded_ask["plan"] = rows["plan"].cat.codes.astype("f4").replace(-1, np.nan)
    coded_ask.loc[[6, 7], "plan"] = [99, -3]
    case("lightgbm-codes", {"num_leaves": 12}, 4, coded, coded_ask, (), categories=["plan"])
    case("lightgbm-zero", {"zero_as_missing": True, "num_leaves": 12, "sigmoid": 2}, 4, numbers, ask, (), contributions=False)
    case("lightgbm-no-missing", {"use_missing": False, "num_leaves": 12}, 4, numbers, ask, ())
    case("lightgbm-forest", {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.6, "num_leaves": 12}, 4, numbers, ask, ())
    case("lightgbm-deep", {"num_leaves": 700, "max_bin": 2000, "min_data_in_leaf": 1, "min_data_in_bin": 1, "min_sum_hessian_in_leaf": 0, "learning_rate": 1}, 2, numbers[["recency"]], ask[["recency"]], ())
    case("lightgbm-stump", {"num_leaves": 2, "min_data_in_leaf": 2000}, 3, numbers[["trend"]], ask[["trend"]], ())


def xgboost_cases():
    import xgboost

    version = xgboost.__version__
    major = int(version.split(".")[0])
    train, y = table(3000, 3)
    rows, _ = table(40, 4, unseen=True)
    rows.loc[[0, 1, 2], ["recency", "orders"]] = [[9, 3], [-9, 3], [0, 500]]  # XGBoost refuses infinities
    common = {"objective": "binary:logistic", "seed": 1, "nthread": 1}

    def case(name, settings, trees, labels, data, ask, asked_columns, more=None, end=0, **train_options):
        model = xgboost.train({**common, **settings}, data, trees, **train_options)
        name = f"xgboost-{version}-{name}"
        model.save_model(FOLDER / f"{name}.json")
        margin = model.predict(ask, output_margin=True, iteration_range=(0, end))
        contrib = model.predict(ask, pred_contribs=True, iteration_range=(0, end))
        save(name, version, asked_columns, 1 / (1 + np.exp(-margin.astype("f8"))), contrib, f"{name}.json", more)

    def plain(frame):
        """Without pandas: old versions do not go with a new one."""
        codes = frame["plan"].cat.codes.to_numpy("f4")
        return np.column_stack([frame[["recency", "orders", "trend"]].to_numpy("f4"), np.where(codes < 0, np.nan, codes)])

    kinds = {"feature_names": ["recency", "orders", "trend", "plan"], "feature_types": ["float", "float", "float", "c"], "enable_categorical": True}
    asked = plain(rows)
    asked[6:8, 3] = 77  # a category that no set names
    unseen = columns(rows, (6, 7))
    levels = {"levels": {"plan": PLANS}}
    hist = {"tree_method": "hist", "max_depth": 4, "max_cat_to_onehot": 2}
    data = xgboost.DMatrix(plain(train), y, **kinds)
    case("codes", hist, 6, y, data, xgboost.DMatrix(asked, **kinds), unseen, levels)
    numbers = {"feature_names": ["recency", "orders", "trend"]}
    few = xgboost.DMatrix(plain(train)[:, :3], y, **numbers)
    ask_few = xgboost.DMatrix(asked[:, :3], **numbers)
    no_plan = columns(rows.drop(columns="plan"))
    case("dart", {"booster": "dart", "rate_drop": 0.5, "max_depth": 3, "base_score": 0.2}, 6, y, few, ask_few, no_plan)
    if major >= 3:
        frame = rows.copy()
        case("names", hist, 6, y, xgboost.DMatrix(train, y, enable_categorical=True), xgboost.DMatrix(frame, enable_categorical=True), columns(frame))
        case("logitraw", {"objective": "binary:logitraw", "max_depth": 3, "base_score": 0.3}, 4, y, few, ask_few, no_plan)
        case("exact", {"tree_method": "exact", "max_depth": 16, "min_child_weight": 0, "lambda": 0, "eta": 1}, 1, y, xgboost.DMatrix(plain(train)[:, :1], y, feature_names=["recency"]), xgboost.DMatrix(asked[:, :1], feature_names=["recency"]), columns(rows[["recency"]]))
        weights = np.exp(6 * np.random.default_rng(7).normal(size=len(y)))
        heavy = xgboost.DMatrix(plain(train)[:, :3], y, weight=weights, **numbers)
        case("weights", {"max_depth": 5, "min_child_weight": 0, "lambda": 0.01}, 4, y, heavy, ask_few, no_plan)
        watched = xgboost.DMatrix(plain(table(800, 5)[0])[:, :3], table(800, 5)[1], **numbers)
        settings = {"max_depth": 6, "eta": 0.9}
        best = xgboost.train({**common, **settings}, few, 30, evals=[(watched, "v")], early_stopping_rounds=4, verbose_eval=False).best_iteration
        case("stopped", settings, 30, y, few, ask_few, no_plan, end=best + 1, evals=[(watched, "v")], early_stopping_rounds=4, verbose_eval=False)


FOLDER.mkdir(exist_ok=True)
{"lightgbm": lightgbm_cases, "xgboost": xgboost_cases}[PROGRAM]()
