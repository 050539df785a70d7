"""Repeated cross-validation of LightGBM. argv: table.json, settings as JSON, threads, file for the predictions

Prints one JSON line. The clock covers binning and training of all models, memory those of the first.
"""
import json
import os
import sys
import time

about, told, threads, output = sys.argv[1:5]
os.environ["OMP_NUM_THREADS"] = threads
import lightgbm  # noqa: E402
import numpy  # noqa: E402
from table import categorical, parameters, part, read_files, reset_peak, status_mb  # noqa: E402

files = read_files(about)
settings = json.loads(told)
told_lightgbm = parameters(settings, int(threads))
rows = files["trainRows"]
x, y = part(files, "train", rows)
divisions = numpy.fromfile(f"{files['folder']}/folds.u8", dtype=numpy.uint8).reshape(files["repeats"], rows)
predicted = numpy.empty(divisions.shape)
seconds = 0.0
peak = None
for repeat, division in enumerate(divisions):
    for fold in range(files["folds"]):
        held_out = division == fold
        x_train, y_train = x[~held_out], y[~held_out]
        before = reset_peak() if peak is None else 0
        start = time.perf_counter()
        data = lightgbm.Dataset(x_train, y_train, params=told_lightgbm, categorical_feature=categorical(files))
        booster = lightgbm.train(told_lightgbm, data, settings["trees"])
        seconds += time.perf_counter() - start
        peak = peak or status_mb("VmHWM") - before
        predicted[repeat, held_out] = booster.predict(x[held_out], num_threads=int(threads))
predicted.tofile(output)
print(json.dumps(dict(seconds=seconds, peakMb=peak, quality={}, output=output)))
