"""Trains LightGBM once on a table of the benchmark and saves its text model. argv: table.json, model.txt, leaves"""
import json
import sys

import lightgbm
import numpy

files = json.load(open(sys.argv[1]))["files"]
shape = (len(files["names"]), files["trainRows"])
x = numpy.ascontiguousarray(numpy.fromfile(f"{files['folder']}/train.f32", dtype=numpy.float32).reshape(shape).T)
y = numpy.fromfile(f"{files['folder']}/train.y", dtype=numpy.uint8)
categorical = [j for j, levels in enumerate(files["levels"]) if levels > 0]
parameters = dict(objective="binary", learning_rate=0.1, num_leaves=int(sys.argv[3]), max_bin=255, seed=1, verbose=-1)
data = lightgbm.Dataset(x, y, params=parameters, categorical_feature=categorical, feature_name=files["names"])
lightgbm.train(parameters, data, 100).save_model(sys.argv[2])
print("{}")
