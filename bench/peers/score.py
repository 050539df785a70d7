"""LightGBM scores or explains a table. argv: table.json, model.txt, threads, score|explain, rows, file for the values, calls

Prints one JSON line. The clock covers predict alone (of several calls, a first one is left out); the matrix is float32, row by row.
"""
import json
import sys
import time

import lightgbm
import numpy

about, model, threads, task, rows, output, calls = sys.argv[1:8]
files = json.load(open(about))["files"]
shape = (len(files["names"]), files["trainRows"])
x = numpy.fromfile(f"{files['folder']}/train.f32", dtype=numpy.float32).reshape(shape).T
x = numpy.ascontiguousarray(x[: int(rows)])
booster = lightgbm.Booster(model_file=model)


def status_mb(name):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(name)) * 1024 / 1e6


if int(calls) > 1:
    booster.predict(x, num_threads=int(threads), pred_contrib=task == "explain")
with open("/proc/self/clear_refs", "w") as clear:
    clear.write("5")
before = status_mb("VmRSS")
start = time.perf_counter()
for _ in range(int(calls)):
    values = booster.predict(x, num_threads=int(threads), pred_contrib=task == "explain")
seconds = time.perf_counter() - start
values.astype(numpy.float64).tofile(output)
print(json.dumps(dict(seconds=seconds, peakMb=status_mb("VmHWM") - before, quality={}, output=output)))
