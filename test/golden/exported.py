"""What onnxruntime and LightGBM make of the models that we export; read by test/models/export.test.ts.

    node test/golden/write-exported.mjs /tmp/exported
    python test/golden/exported.py /tmp/exported

Reads <case>.onnx, <case>.txt in the folder and test/golden/exported/<case>.rows.json; writes test/golden/exported/<case>.foreign.json:
for each runtime the sha256 of the file that it read and its predictions.
"""

import hashlib
import json
import platform
import sys
from pathlib import Path

import lightgbm
import numpy as np
import onnx
import onnxruntime
import pandas as pd
from onnx.reference import ReferenceEvaluator

FOLDER = Path(sys.argv[1])
KEPT = Path(__file__).parent / "exported"


def number(value):
    return np.nan if value is None else float(value)


def codes(values, levels):
    """Places in `levels`; unknown levels get the next number, missing ones NaN."""
    return np.array([np.nan if v is None else levels.index(v) if v in levels else len(levels) for v in values], "f4")


def matrix(rows):
    columns = dict(zip(rows["names"], rows["columns"]))
    return np.column_stack([
        codes(columns[i["name"]], i["levels"]) if i["kind"] == "category" else np.array([number(v) for v in columns[i["name"]]], "f4")
        for i in rows["inputs"]
    ])


def frame(rows):
    columns = dict(zip(rows["names"], rows["columns"]))
    data = {}
    for i in rows["inputs"]:
        values = columns[i["name"]]
        if i["kind"] == "category":
            data[i["name"]] = pd.Categorical(values, categories=sorted({v for v in values if v is not None}))
        else:
            data[i["name"]] = np.array([number(v) for v in values], "f4")
    return pd.DataFrame(data)


def check(name):
    rows = json.loads((KEPT / f"{name}.rows.json").read_text())
    path = FOLDER / f"{name}.onnx"
    result = {"made_by": "python test/golden/exported.py", "versions": {"python": platform.python_version(), "onnx": onnx.__version__, "onnxruntime": onnxruntime.__version__, "lightgbm": lightgbm.__version__}}
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    x = matrix(rows)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    probability, raw = session.run(["probability", "score_raw"], {"features": x})
    single = [session.run(["probability"], {"features": x[i : i + 1]})[0][0, 0] for i in range(len(x))]
    reference = ReferenceEvaluator(model).run(["probability"], {"features": x})[0][:, 0]
    result["onnx"] = {
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "probability": probability[:, 0].tolist(),
        "score_raw": raw[:, 0].tolist(),
        "one_by_one": [float(p) for p in single],
        "reference_evaluator": reference.tolist(),
    }
    path = FOLDER / f"{name}.txt"
    if path.exists():
        booster = lightgbm.Booster(model_file=path)
        result["lightgbm"] = {
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "score": booster.predict(x).tolist(),
            "score_from_data_frame": booster.predict(frame(rows)).tolist(),
            "contributions": booster.predict(x, pred_contrib=True).tolist(),
            "gain": booster.feature_importance("gain").tolist(),
            "splits": booster.feature_importance("split").tolist(),
        }
    (KEPT / f"{name}.foreign.json").write_text(json.dumps(result) + "\n")


for case in sorted(KEPT.glob("*.rows.json")):
    check(case.name.removesuffix(".rows.json"))
