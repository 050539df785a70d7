"""LightGBM on a table of the benchmark. argv: table.json, threads, file for the predictions, [model.txt]

Prints one JSON line. The clock covers binning and training. Data as float32, column after column: LightGBM reads them as they lie.
"""
import json
import os
import sys
import time

about, threads, output = sys.argv[1], int(sys.argv[2]), sys.argv[3]
os.environ["OMP_NUM_THREADS"] = str(threads)
import lightgbm  # noqa: E402
import numpy  # noqa: E402

files = json.load(open(about))["files"]
columns = len(files["names"])


def part(name, rows):
    values = numpy.fromfile(f"{files['folder']}/{name}.f32", dtype=numpy.float32).reshape(columns, rows).T
    # Row by row: LightGBM's faster way in (measured: bench/README.md).
    return numpy.ascontiguousarray(values), numpy.fromfile(f"{files['folder']}/{name}.y", dtype=numpy.uint8)


def status_mb(name):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(name)) * 1024 / 1e6


x, y = part("train", files["trainRows"])
x_test, _ = part("test", files["testRows"])
categorical = [j for j, levels in enumerate(files["levels"]) if levels > 0]
parameters = dict(
    objective="binary", learning_rate=0.1, num_leaves=31, max_bin=255, min_data_in_leaf=20, lambda_l2=0.0,
    num_threads=threads, seed=1, verbose=-1,
)
with open("/proc/self/clear_refs", "w") as clear:
    clear.write("5")
before = status_mb("VmRSS")
start = time.perf_counter()
data = lightgbm.Dataset(x, y, params=parameters, categorical_feature=categorical)
booster = lightgbm.train(parameters, data, 100)
seconds = time.perf_counter() - start
peak = status_mb("VmHWM") - before
booster.predict(x_test, num_threads=threads).astype(numpy.float64).tofile(output)
if len(sys.argv) > 4:
    booster.save_model(sys.argv[4])
print(json.dumps(dict(seconds=seconds, peakMb=peak, quality={}, output=output)))
