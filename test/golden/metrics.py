"""Reference numbers of test/evaluation/golden.test.ts, from scikit-learn.

    python test/golden/metrics.py > test/golden/metrics.json
"""

import json
import platform

import numpy as np
import sklearn
import statsmodels
import statsmodels.api as sm
from sklearn import metrics
from sklearn.linear_model import LogisticRegression


def case(name, n, seed, digits, weights):
    rng = np.random.default_rng(seed)
    z = rng.normal(-0.4, 1.3, n)
    y = (rng.random(n) < 1 / (1 + np.exp(-(0.2 + 0.8 * z)))).astype(int)
    p = np.round(1 / (1 + np.exp(-z)), digits)
    p = np.clip(p, 0.01, 0.99)
    w = rng.integers(0, 4, n) if weights else np.ones(n, dtype=int)
    threshold = 0.4
    predicted = (p >= threshold).astype(int)
    logit = np.log(p / (1 - p))
    slope = LogisticRegression(C=np.inf, tol=1e-12, max_iter=10_000).fit(logit[:, None], y, sample_weight=w)
    in_the_large = sm.GLM(y, np.ones((n, 1)), family=sm.families.Binomial(), offset=logit, freq_weights=w).fit(tol=1e-14)
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        y, predicted, average="binary", sample_weight=w
    )
    return {
        "name": name,
        "threshold": threshold,
        "y": y.tolist(),
        "p": p.tolist(),
        "weights": w.tolist(),
        "expected": {
            "auc": metrics.roc_auc_score(y, p, sample_weight=w),
            "average_precision": metrics.average_precision_score(y, p, sample_weight=w),
            "f1": f1,
            "precision": precision,
            "recall": recall,
            "log_loss": metrics.log_loss(y, p, sample_weight=w),
            "brier": metrics.brier_score_loss(y, p, sample_weight=w),
            "calibration_slope": float(slope.coef_[0, 0]),
            "calibration_intercept": float(in_the_large.params[0]),
        },
    }


print(
    json.dumps(
        {
            "made_by": "python test/golden/metrics.py > test/golden/metrics.json",
            "versions": {
                "python": platform.python_version(),
                "numpy": np.__version__,
                "scikit-learn": sklearn.__version__,
                "statsmodels": statsmodels.__version__,
            },
            "cases": [
                case("distinct p", 400, 1, 12, False),
                case("many ties", 400, 2, 1, False),
                case("weights 0 to 3, ties", 400, 3, 2, True),
                case("weights 0 to 3, distinct", 300, 4, 12, True),
            ],
        }
    )
)
