"""Reference coefficients and calibrators of test/models/golden-linear.test.ts, from scikit-learn.

    node test/golden/write-model-matrices.mjs /tmp/matrices
    python test/golden/linear.py /tmp/matrices > test/golden/linear.json
"""

import json
import platform
import sys
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.calibration import _SigmoidCalibration
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from linear_prepare import prepare, read

L2 = 0.01
ELASTIC, L1_RATIO = 0.002, 0.5


def fit(x, y, **settings):
    model = LogisticRegression(**settings).fit(x, y)
    return {"intercept": float(model.intercept_[0]), "coefficients": model.coef_[0].tolist()}


def linear(name, folder):
    x, y = read(folder)
    x = prepare(x, np.ones(len(y), bool))
    n = len(y)
    second_order = {"solver": "newton-cholesky", "tol": 1e-14, "max_iter": 1000}
    saga = {"solver": "saga", "tol": 1e-12, "max_iter": 200_000, "random_state": 0}
    return {
        "name": name,
        "none": fit(x, y, C=np.inf, **second_order) if name != "telco" else None,
        "l2": fit(x, y, C=1 / (L2 * n), **second_order),
        "elastic": fit(x, y, C=1 / (ELASTIC * n), l1_ratio=L1_RATIO, **saga),
    }


def calibration(n, digits, seed):
    rng = np.random.default_rng(seed)
    scores = np.round(np.clip(rng.beta(2, 3, n), 0.01, 0.99), digits)
    y = (rng.random(n) < scores**1.6).astype(int)
    grid = np.round(np.linspace(0, 1, 101), 4)
    bounds = 1 / (n + 2)
    isotonic = IsotonicRegression(y_min=bounds, y_max=1 - bounds, out_of_bounds="clip").fit(scores, y)
    sigmoid = _SigmoidCalibration().fit(np.log(scores / (1 - scores)), y)
    return {
        "scores": scores.tolist(),
        "y": y.tolist(),
        "grid": grid.tolist(),
        "isotonic": isotonic.predict(grid).tolist(),
        "platt": {"slope": -float(sigmoid.a_), "intercept": -float(sigmoid.b_)},
    }


warnings.simplefilter("error", sklearn.exceptions.ConvergenceWarning)
folder = Path(sys.argv[1])
document = {
    "made_by": "python test/golden/linear.py MATRICES > test/golden/linear.json",
    "versions": {"python": platform.python_version(), "numpy": np.__version__, "scikit-learn": sklearn.__version__},
    "strength": {"l2": L2, "elastic": ELASTIC, "l1Ratio": L1_RATIO},
    "linear": [linear(name, folder / name) for name in ("cdnow", "telco", "simulated")],
    "calibration": [calibration(400, 2, 1), calibration(300, 6, 2)],
}
print(json.dumps(document))
