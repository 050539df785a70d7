"""Reference numbers of test/models/golden-neural.test.ts and test/slow/golden-neural.test.ts, from torch.

    node test/golden/write-model-matrices.mjs /tmp/matrices
    python test/golden/neural.py /tmp/matrices > test/golden/neural.json

parity: twenty steps from given weights over given batches. quality: AUC on rows i % 10 >= 7 of the networks of five seeds
trained on the others, with early stopping on 15 % of them; columns prepared as in linear.py.
"""

import json
import platform
import sys
from pathlib import Path

import numpy as np
import sklearn
import torch
from sklearn.metrics import roc_auc_score

from linear_prepare import prepare, read

RATE, DECAY, PATIENCE, BATCH, EPOCHS = 0.002, 1e-4, 6, 512, 60


def network(sizes):
    layers = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


def optimiser(model, rate, decay):
    weights = [p for name, p in model.named_parameters() if name.endswith("weight")]
    biases = [p for name, p in model.named_parameters() if name.endswith("bias")]
    return torch.optim.Adam([{"params": weights, "weight_decay": decay}, {"params": biases}], lr=rate)


loss_of = torch.nn.BCEWithLogitsLoss()


def parity():
    rng = np.random.default_rng(5)
    sizes, rows, batch = [7, 9, 5, 1], 160, 50
    x = np.round(rng.normal(size=(rows, sizes[0])), 3)
    y = (rng.random(rows) < 1 / (1 + np.exp(-x[:, 0] - x[:, 1] * x[:, 2]))).astype(int)
    model = network(sizes)
    start = []
    with torch.no_grad():
        for p in model.parameters():
            values = np.round(rng.normal(scale=0.4, size=p.shape), 4)
            p.copy_(torch.tensor(values))
            start.append(values.tolist())
    adam = optimiser(model, 0.01, 0.001)
    xs, ys = torch.tensor(x, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)
    losses = []
    for step in range(20):
        at = (np.arange(batch) + step * batch) % rows
        adam.zero_grad()
        loss = loss_of(model(xs[at])[:, 0], ys[at])
        loss.backward()
        adam.step()
        losses.append(float(loss.detach()))
    return {
        "sizes": sizes,
        "batchRows": batch,
        "learningRate": 0.01,
        "weightDecay": 0.001,
        "x": x.tolist(),
        "y": y.tolist(),
        "start": start,
        "losses": losses,
        "end": [p.detach().numpy().astype(float).tolist() for p in model.parameters()],
        "logits": model(xs)[:, 0].detach().numpy().astype(float).tolist(),
    }


def trained_auc(x, y, test, seed):
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    learn = rng.permutation(np.flatnonzero(~test))
    judge, learn = learn[: len(learn) * 15 // 100], learn[len(learn) * 15 // 100 :]
    model = network([x.shape[1], 64, 32, 1])
    with torch.no_grad():
        for layer in model:
            if isinstance(layer, torch.nn.Linear):
                layer.weight.normal_(std=(2 / layer.in_features) ** 0.5)
                layer.bias.zero_()
        rate = float(y[learn].mean())
        model[-1].bias.fill_(float(np.log(rate / (1 - rate))))
    adam = optimiser(model, RATE, DECAY)
    best, since, kept = np.inf, 0, None
    for _ in range(EPOCHS):
        order = rng.permutation(learn)
        for start in range(0, len(order), BATCH):
            at = order[start : start + BATCH]
            adam.zero_grad()
            loss_of(model(x[at])[:, 0], y[at]).backward()
            adam.step()
        with torch.no_grad():
            loss = float(loss_of(model(x[judge])[:, 0], y[judge]))
        if loss < best:
            best, since, kept = loss, 0, {key: value.clone() for key, value in model.state_dict().items()}
        else:
            since += 1
            if since >= PATIENCE:
                break
    model.load_state_dict(kept)
    with torch.no_grad():
        return float(roc_auc_score(y[test], model(x[test])[:, 0]))


def quality(name, folder):
    x, y = read(folder)
    test = np.arange(len(y)) % 10 >= 7
    x = prepare(x, ~test)
    xs, ys = torch.tensor(x, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)
    aucs = [trained_auc(xs, ys, test, seed) for seed in range(1, 6)]
    return {"name": name, "auc": aucs, "mean": float(np.mean(aucs))}


torch.set_num_threads(1)
folder = Path(sys.argv[1])
document = {
    "made_by": "python test/golden/neural.py MATRICES > test/golden/neural.json",
    "versions": {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": torch.__version__,
        "scikit-learn": sklearn.__version__,
    },
    "parity": parity(),
    "quality": [quality(name, folder / name) for name in ("cdnow", "telco", "simulated")],
}
print(json.dumps(document))
