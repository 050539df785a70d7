"""LightGBM on a table of the benchmark. argv: table.json, settings as JSON, threads, file for the predictions, training sets from, to

Prints one JSON line. The clock covers binning and training on the first of the sets. Data as float32, row by row.
"""
import json
import os
import sys
import time

about, told, threads, output, first, last = sys.argv[1:7]
os.environ["OMP_NUM_THREADS"] = threads
import lightgbm  # noqa: E402
import numpy  # noqa: E402
from table import categorical, parameters, part, read_files, reset_peak, status_mb  # noqa: E402

files = read_files(about)
settings = json.loads(told)
x_test, _ = part(files, "test", files["testRows"])
told_lightgbm = parameters(settings, int(threads))
predicted = []
measured = None
for k in range(int(first), int(last)):
    x, y = part(files, "train" if k == 0 else f"train-{k}", files["trainRows"])
    before = reset_peak()
    start = time.perf_counter()
    data = lightgbm.Dataset(x, y, params=told_lightgbm, categorical_feature=categorical(files))
    booster = lightgbm.train(told_lightgbm, data, settings["trees"])
    seconds = time.perf_counter() - start
    measured = measured or dict(seconds=seconds, peakMb=status_mb("VmHWM") - before)
    predicted.append(booster.predict(x_test, num_threads=int(threads)))
numpy.concatenate(predicted).astype(numpy.float64).tofile(output)
print(json.dumps(dict(**measured, quality={}, output=output)))
