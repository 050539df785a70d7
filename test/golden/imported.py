"""What onnxruntime makes of imported models that we export; read by test/models/export-imported.test.ts.

    node test/golden/write-imported.mjs /tmp/imported
    python test/golden/imported.py /tmp/imported

Writes test/golden/imported.json: by model the sha256 of the ONNX file and the probabilities of the rows in test/golden/foreign.
"""

import hashlib
import json
import platform
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

FOLDER = Path(sys.argv[1])
HERE = Path(__file__).parent
result = {
    "made_by": "python test/golden/imported.py",
    "versions": {"python": platform.python_version(), "onnx": onnx.__version__, "onnxruntime": onnxruntime.__version__},
    "models": {},
}


def cell(value, levels):
    if value is None:
        return np.nan
    if levels is None:
        return float(value)
    level = value if isinstance(value, str) else str(int(value))
    return float(levels.index(level) if level in levels else len(levels))


for path in sorted(FOLDER.glob("*.onnx")):
    onnx.checker.check_model(onnx.load(path), full_check=True)
    columns = json.loads((HERE / "foreign" / f"{path.stem}.rows.json").read_text())["columns"]
    inputs = json.loads((FOLDER / f"{path.stem}.inputs.json").read_text())
    rows = len(next(iter(columns.values()))["values"])
    # A model without a test reads one column that does not matter.
    x = [[cell(v, i.get("levels")) for v in columns[i["name"]]["values"]] for i in inputs] or [[0.0] * rows]
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (p,) = session.run(["probability"], {"features": np.array(x, "f4").T})
    result["models"][path.stem] = {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "probability": p[:, 0].tolist()}
(HERE / "imported.json").write_text(json.dumps(result) + "\n")
