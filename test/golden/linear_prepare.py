"""Reads the matrices of write-model-matrices.mjs and prepares columns as the product does, for linear.py and neural.py."""

import json

import numpy as np


def read(folder):
    shape = json.loads((folder / "matrix.json").read_text())
    x = np.fromfile(folder / "matrix.f32", "<f4").reshape(shape["rows"], shape["columns"]).astype(float)
    return x, np.fromfile(folder / "labels.u8", np.uint8)


def prepare(x, train):
    """In float64, then rounded to float32 as the product holds it: every column mean-imputed and standardised by its
    `train` rows, plus, where its pattern of missing values is new, a centred 0/1 column over max(0.1, its SD)."""
    terms, patterns = [], {np.zeros(train.sum(), bool).tobytes()}
    for column in x.T:
        missing = ~np.isfinite(column)
        filled = np.where(missing, column[train & ~missing].mean(), column)
        terms.append((filled - filled[train].mean()) / filled[train].std())
        pattern = missing[train].tobytes()
        if pattern not in patterns:
            share = missing[train].mean()
            terms.append((missing - share) / max(0.1, np.sqrt(share * (1 - share))))
        patterns.add(pattern)
    return np.column_stack(terms).astype(np.float32).astype(float)
