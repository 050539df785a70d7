"""Reference survival curve of test/cohorts/definition-lab.test.ts, from lifelines (pins: lifelines-requirements.txt).

    python test/golden/definition-lab.py > test/golden/definition-lab.json
"""

import json
import platform

import lifelines
import numpy as np
from lifelines import KaplanMeierFitter

random = np.random.default_rng(20261116)
n = 400
length = np.ceil(random.weibull(0.7, n) * 40).astype(int)
limit = random.integers(1, 180, n)
days = np.minimum(length, limit)
returned = (length <= limit).astype(int)

fitter = KaplanMeierFitter().fit(days, returned)
times = [1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 75, 90, 120, 150]
interval = fitter.confidence_interval_survival_function_
at = lambda frame, t: frame[frame.index <= t].iloc[-1]
print(
    json.dumps(
        {
            "versions": {"python": platform.python_version(), "lifelines": lifelines.__version__},
            "days": days.tolist(),
            "returned": returned.tolist(),
            "points": [
                {
                    "day": t,
                    "atRisk": int((days >= t).sum()),
                    "survival": float(at(fitter.survival_function_, t).iloc[0]),
                    "low": float(at(interval, t).iloc[0]),
                    "high": float(at(interval, t).iloc[1]),
                }
                for t in times
            ],
        }
    )
)
