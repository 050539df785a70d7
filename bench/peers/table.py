"""Tables of the benchmarks, settings in LightGBM's names, memory of this process."""
import json

import numpy


def read_files(about):
    return json.load(open(about))["files"]


def part(files, name, rows):
    values = numpy.fromfile(f"{files['folder']}/{name}.f32", dtype=numpy.float32).reshape(len(files["names"]), rows).T
    # Row by row: no other way in is faster (measured: bench/README.md).
    return numpy.ascontiguousarray(values), numpy.fromfile(f"{files['folder']}/{name}.y", dtype=numpy.uint8)


def categorical(files):
    return [j for j, levels in enumerate(files["levels"]) if levels > 0]


def parameters(settings, threads):
    return dict(
        objective="binary",
        learning_rate=settings["learningRate"],
        num_leaves=settings["maxLeaves"],
        max_bin=settings["maxBins"] + 1,
        min_data_in_leaf=settings["minRowsPerLeaf"],
        lambda_l2=settings["l2"],
        num_threads=threads,
        seed=1,
        verbose=-1,
    )


def status_mb(name):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(name)) * 1024 / 1e6


def reset_peak():
    with open("/proc/self/clear_refs", "w") as clear:
        clear.write("5")
    return status_mb("VmRSS")
