"""The 46 tags by hand in Python: the feature stage of a weekly retrain that the product is measured against.

    python features.py events.parquet sweep|polars|pandas|duckdb|featuretools 6|52 threads values.bin    # prints one JSON line

`sweep`: Polars reads and sorts, then NumPy prefix sums. `polars`, `pandas`: one group_by per cutoff.
`duckdb`: one plain GROUP BY per cutoff in SQL. Same numbers. `featuretools`: deep feature synthesis over a cutoff table, once per
window; what it has no primitive for (time between purchases, longest gap) is left out.
After the clock the values are written: users - 1 as uint32, then every tag as float32, rows by cutoff and user.
"""
import os
import sys
import time

PATH, ENGINE, COUNT, THREADS, VALUES = sys.argv[1:6]
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = THREADS

import datetime as dt  # noqa: E402  (thread limits must be set before these are loaded)
import json  # noqa: E402
import resource  # noqa: E402
from types import SimpleNamespace  # noqa: E402

import numpy as np  # noqa: E402
import polars as pl  # noqa: E402

SIX = "2024-10-01,2024-11-01,2024-12-01,2025-01-01,2025-03-02,2025-05-01"
ARGS = SimpleNamespace(features=ENGINE)
CLOCK = SimpleNamespace(lap=lambda stage: None)

LOOKBACK, HORIZON = 90, 60
TYPES = ["login", "view", "cart", "purchase", "complaint", "cancel", "favourite"]
COUNTED = {"login": (7, 30, 90), "view": (7, 30, 90), "cart": (7, 30, 90), "purchase": (7, 30, 90),
           "complaint": (30, 90), "cancel": (90,), "favourite": (90,)}
TAGS = (["rec_any"] + [f"rec_{x}" for x in TYPES]
        + [f"n_all_{w}" for w in (7, 30, 90)]
        + [f"n_{x}_{w}" for x, ws in COUNTED.items() for w in ws]
        + [f"amt_{w}" for w in (7, 30, 90)]
        + [f"ad_{w}" for w in (7, 30, 90)]
        + ["dc_30", "dc_90", "dch_30", "dch_90", "tenure", "ipt_mean", "ipt_std", "max_gap",
           "decay_all", "decay_login", "decay_purchase", "aov_90", "aov_change"])
SHOWN = [tag for tag in TAGS if ENGINE != "featuretools" or tag not in ("ipt_mean", "ipt_std", "max_gap")]


# ---------------------------------------------------------------- features

def epoch_day(d):
    return (d - dt.date(1970, 1, 1)).days


def coded(column):
    """Small integer codes for a text column, decoded morsel by morsel, so that no text column is ever held whole."""
    return pl.col(column).cast(pl.Categorical(pl.Categories(column, physical=pl.UInt8))).to_physical().fill_null(255)


def load_events(path, cutoffs):
    """Events sorted by (user, second); user and second share one int64, so the sort has a single integer key."""
    until = dt.datetime.combine(cutoffs[-1] + dt.timedelta(HORIZON), dt.time())
    return (pl.scan_parquet(path).filter(pl.col("ts") < until)
            .select(key=pl.col("user_id").cast(pl.Int64) * 2**32 + pl.col("ts").dt.epoch("s"),
                    type=pl.col("event_type").cast(pl.Enum(TYPES)).to_physical(),
                    cents=(pl.col("amount") * 100).round().fill_null(0).cast(pl.Int32),
                    category=coded("category"), channel=coded("channel"))
            .sort("key").collect(engine="streaming"))


def ratio_tags(f):
    """Tags that are made of other tags."""
    for x in ("all", "login", "purchase"):
        f[f"decay_{x}"] = f[f"n_{x}_30"] / ((f[f"n_{x}_90"] - f[f"n_{x}_30"]) / 2 + 1)
    n30, n90, a30, a90 = f["n_purchase_30"], f["n_purchase_90"], f["amt_30"], f["amt_90"]
    with np.errstate(divide="ignore", invalid="ignore"):
        f["aov_90"] = np.where(n90 > 0, a90 / n90, np.nan)
        f["aov_change"] = np.where((n30 > 0) & (n90 > n30), a30 / n30 - (a90 - a30) / (n90 - n30), np.nan)
    return f


class Cut:
    """One cutoff: its eligible users, and where each window's edge falls in the sorted events."""

    def __init__(self, day, key, users, start, memo):
        def at(d):
            if d not in memo:
                memo[d] = np.searchsorted(key, (users << 32) + d * 86400).astype(np.int32)
            return memo[d]
        keep = np.flatnonzero(at(day - LOOKBACK) < at(day))
        self.day, self.users, self.s = day, users[keep], start[keep]
        self.p = {w: at(day - w)[keep] for w in (0, 7, 30, 90)}
        self.future = at(day + HORIZON)[keep]
        self.f = {}


def running(x, dtype=np.int32):
    out = np.zeros(len(x) + 1, dtype)
    np.cumsum(x, out=out[1:], dtype=dtype)
    return out


def sweep(path, cutoffs):
    """Every additive tag is a difference of two prefix sums over the events sorted by (user, second)."""
    ev = load_events(path, cutoffs)
    n = ev.height
    CLOCK.lap("read_sort")
    key = ev["key"].to_numpy()
    user = (key >> 32).astype(np.int32)
    first = np.empty(n, bool)
    first[0] = True
    np.not_equal(user[1:], user[:-1], out=first[1:])
    start = np.flatnonzero(first).astype(np.int32)
    users = user[start].astype(np.int64)
    del user
    second = (key & 0xFFFFFFFF).astype(np.int32)
    day = (second // 86400).astype(np.int16)
    memo = {}
    cuts = [Cut(epoch_day(c), key, users, start, memo) for c in cutoffs]
    memo.clear()
    del key

    for c in cuts:
        c.f["rec_any"] = c.day - day[c.p[0] - 1]
        c.f["tenure"] = c.day - day[c.s]
        for w in (7, 30, 90):
            c.f[f"n_all_{w}"] = c.p[0] - c.p[w]

    kind = ev["type"].to_numpy()
    cents = ev["cents"].to_numpy()
    for i, x in enumerate(TYPES):
        hit = kind == i
        where, cum = np.flatnonzero(hit).astype(np.int32), running(hit)
        if x == "purchase":
            spent = running(cents[where], np.int64)
            bought = second[where].astype(np.int64)
            # Squares of gaps, summed modulo 2**64; a user's own sum fits, so differences are exact.
            squares = running(np.diff(bought, prepend=0) ** 2, np.int64)
        for c in cuts:
            a, b = cum[c.s], cum[c.p[0]]
            c.f[f"rec_{x}"] = np.where(b > a, c.day - day[where[b - 1]], np.nan)
            for w in COUNTED[x]:
                c.f[f"n_{x}_{w}"] = b - cum[c.p[w]]
            if x != "purchase":
                continue
            c.y = (cum[c.future] == b).astype(np.uint8)
            for w in (7, 30, 90):
                c.f[f"amt_{w}"] = (spent[b] - spent[cum[c.p[w]]]) / 100
            k = b - a - 1
            total = np.where(k > 0, bought[b - 1] - bought[np.minimum(a, len(bought) - 1)], 0).astype(np.float64)
            square = np.where(k > 0, squares[b] - squares[np.minimum(a + 1, len(bought))], 0).astype(np.float64)
            with np.errstate(divide="ignore", invalid="ignore"):
                c.f["ipt_mean"] = np.where(k > 0, total / k / 86400, np.nan)
                var = (square - total * total / k) / (k - 1)
                c.f["ipt_std"] = np.where(k > 1, np.sqrt(np.maximum(var, 0)) / 86400, np.nan)
    del cents, second, hit, where, cum, spent, bought, squares

    gap = np.zeros(n + 1, np.int16)
    np.subtract(day[1:], day[:-1], out=gap[1:n])
    gap[start] = 0
    fresh = running(first | (gap[:n] > 0))
    for c in cuts:
        for w in (7, 30, 90):
            c.f[f"ad_{w}"] = fresh[c.p[0]] - fresh[c.p[w]]
        c.f["max_gap"] = np.maximum(over(np.maximum, gap, c.s, c.p[0]), c.f["rec_any"])
    del fresh, gap, first

    for column, tag in (("category", "dc"), ("channel", "dch")):
        code = ev[column].to_numpy()
        known = np.unique(code[code != 255])
        if len(known) > 64:
            raise SystemExit(f"{column}: {len(known)} values; the bit set holds 64")
        bit = np.zeros(256, np.uint32 if len(known) <= 32 else np.uint64)
        bit[known] = np.left_shift(bit.dtype.type(1), np.arange(len(known)).astype(bit.dtype))
        bits = np.append(bit[code], bit.dtype.type(0))
        for c in cuts:
            for w in (30, 90):
                some = over(np.bitwise_or, bits, c.p[w], c.p[0])
                c.f[f"{tag}_{w}"] = np.where(c.p[w] < c.p[0], np.bitwise_count(some), 0)
    del ev, bits, code
    return [(c.users, c.y, c.f) for c in cuts], n


def over(ufunc, values, lo, hi):
    """ufunc reduced over values[lo:hi] for each pair; where a pair is empty the result means nothing."""
    edges = np.empty(2 * len(lo), np.intp)
    edges[0::2], edges[1::2] = lo, hi
    return ufunc.reduceat(values, edges)[::2]


def polars_features(path, cutoffs):
    """The same tags in plain Polars: small types decoded by the streaming engine, one lazy group_by per cutoff."""
    ev = (pl.scan_parquet(path)
          .select("user_id", d=pl.col("ts").dt.date().to_physical().cast(pl.Int16), s=pl.col("ts").dt.epoch("s").cast(pl.Int32),
                  t=pl.col("event_type").cast(pl.Enum(TYPES)).to_physical(),
                  cents=(pl.col("amount") * 100).round().cast(pl.Int32),
                  category=coded("category"), channel=coded("channel"))
          .collect(engine="streaming"))
    n = ev.height
    CLOCK.lap("read_sort")
    code = {x: i for i, x in enumerate(TYPES)}
    gaps = (ev.lazy().filter(pl.col("t") == code["purchase"]).sort("user_id", "s")
            .with_columns(gap=pl.col("s").diff().over("user_id")).select("user_id", "d", "gap").drop_nulls("gap").collect())
    days = (ev.lazy().select("user_id", "d").unique().sort("user_id", "d")
            .with_columns(gap=pl.col("d").diff().over("user_id")).drop_nulls("gap").collect())
    out = []
    for cutoff in cutoffs:
        C = epoch_day(cutoff)
        age, t = pl.col("age"), pl.col("t")

        def win(w):
            return (age >= 1) & (age <= w)
        f = [age.filter(age >= 1).min().alias("rec_any"), age.max().alias("tenure")]
        f += [age.filter((age >= 1) & (t == code[x])).min().alias(f"rec_{x}") for x in TYPES]
        f += [win(w).sum().alias(f"n_all_{w}") for w in (7, 30, 90)]
        f += [(win(w) & (t == code[x])).sum().alias(f"n_{x}_{w}") for x, ws in COUNTED.items() for w in ws]
        f += [(pl.col("cents").filter(win(w) & (t == code["purchase"])).sum() / 100).alias(f"amt_{w}") for w in (7, 30, 90)]
        f += [pl.col("d").filter(win(w)).n_unique().alias(f"ad_{w}") for w in (7, 30, 90)]
        f += [pl.col("category").filter(win(w) & (pl.col("category") != 255)).n_unique().alias(f"dc_{w}") for w in (30, 90)]
        f += [pl.col("channel").filter(win(w) & (pl.col("channel") != 255)).n_unique().alias(f"dch_{w}") for w in (30, 90)]
        f += [((age <= 0) & (t == code["purchase"])).any().not_().alias("y")]
        past = pl.col("d") < C
        ipt = gaps.lazy().filter(past).group_by("user_id").agg(
            (pl.col("gap").mean() / 86400).alias("ipt_mean"), (pl.col("gap").std() / 86400).alias("ipt_std"))
        mg = days.lazy().filter(past).group_by("user_id").agg(pl.col("gap").max().alias("mg"))
        got = (ev.lazy().with_columns(age=(C - pl.col("d")).cast(pl.Int16)).filter(age > -HORIZON)
               .group_by("user_id").agg(f).filter(pl.col("rec_any") <= LOOKBACK)
               .join(ipt, on="user_id", how="left").join(mg, on="user_id", how="left")
               .with_columns(max_gap=pl.max_horizontal("mg", "rec_any")).drop("mg").sort("user_id").collect())
        frame = {k: got[k].cast(pl.Float64).fill_null(np.nan).to_numpy() for k in got.columns if k not in ("user_id", "y")}
        out.append((got["user_id"].to_numpy(), got["y"].cast(pl.UInt8).to_numpy(), frame))
    return out, n


def pandas_features(path, cutoffs):
    """The same tags in plain pandas: codes first, then one groupby per cutoff over flags by window."""
    import pandas as pd
    ev = pd.read_parquet(path)
    n = len(ev)
    ev["s"] = (ev["ts"].astype("int64") // (10**9 if ev["ts"].dtype == "datetime64[ns]" else 10**6)).astype("int64")
    ev["d"] = (ev["s"] // 86400).astype("int32")
    ev["cents"] = (ev["amount"] * 100).round().fillna(0).astype("int64")
    ev = ev.drop(columns=["ts", "amount"])
    buys = ev.loc[ev["event_type"] == "purchase", ["user_id", "s", "d"]].sort_values(["user_id", "s"])
    buys["gap"] = buys.groupby("user_id")["s"].diff()
    days = ev[["user_id", "d"]].drop_duplicates().sort_values(["user_id", "d"])
    days["gap"] = days.groupby("user_id")["d"].diff()
    out = []
    for cutoff in cutoffs:
        C = epoch_day(cutoff)
        past = ev[ev["d"] < C]
        user = past.groupby("user_id")
        f = pd.DataFrame({"rec_any": C - user["d"].max(), "tenure": C - user["d"].min()})
        for x in TYPES:
            f[f"rec_{x}"] = C - past[past["event_type"] == x].groupby("user_id")["d"].max()
        for w in (7, 30, 90):
            inside = past[past["d"] >= C - w]
            by = inside.groupby("user_id")
            f[f"n_all_{w}"] = by.size()
            f[f"ad_{w}"] = by["d"].nunique()
            kinds = inside.groupby(["user_id", "event_type"]).size().unstack(fill_value=0)
            for x in TYPES:
                if w in COUNTED[x]:
                    f[f"n_{x}_{w}"] = kinds[x]
            f[f"amt_{w}"] = inside[inside["event_type"] == "purchase"].groupby("user_id")["cents"].sum() / 100
            if w > 7:
                f[f"dc_{w}"], f[f"dch_{w}"] = by["category"].nunique(), by["channel"].nunique()
        gaps = buys[buys["d"] < C].groupby("user_id")["gap"]
        f["ipt_mean"], f["ipt_std"] = gaps.mean() / 86400, gaps.std() / 86400
        f["max_gap"] = np.fmax(days[days["d"] < C].groupby("user_id")["gap"].max().reindex(f.index), f["rec_any"])
        f = f[f["rec_any"] <= LOOKBACK].sort_index()
        zero = [c for c in f if c[:2] in ("n_", "am", "ad", "dc")]
        f[zero] = f[zero].fillna(0)
        back = ev.loc[(ev["d"] >= C) & (ev["d"] < C + HORIZON) & (ev["event_type"] == "purchase"), "user_id"].unique()
        y = (~f.index.isin(back)).astype(np.uint8)
        out.append((f.index.to_numpy(), y, {k: f[k].to_numpy(np.float64) for k in f}))
    return out, n


def duckdb_features(path, cutoffs):
    """The same tags in plain SQL: one GROUP BY per cutoff, gaps by window functions."""
    import duckdb
    con = duckdb.connect()
    con.execute(f"SET threads = {THREADS}")
    con.execute(f"CREATE VIEW e AS SELECT *, date_diff('day', DATE '1970-01-01', ts::DATE) AS d, epoch_us(ts) // 1000000 AS s FROM '{path}'")
    n = con.execute("SELECT count(*) FROM e").fetchone()[0]
    out = []
    for cutoff in cutoffs:
        C = epoch_day(cutoff)
        a = [f"{C} - max(d) AS rec_any", f"{C} - min(d) AS tenure"]
        a += [f"{C} - max(d) FILTER (event_type = '{x}') AS rec_{x}" for x in TYPES]
        a += [f"count(*) FILTER (d >= {C - w}) AS n_all_{w}" for w in (7, 30, 90)]
        a += [f"count(*) FILTER (d >= {C - w} AND event_type = '{x}') AS n_{x}_{w}" for x, ws in COUNTED.items() for w in ws]
        a += [f"coalesce(sum(round(amount * 100)::BIGINT) FILTER (d >= {C - w} AND event_type = 'purchase'), 0) / 100 AS amt_{w}" for w in (7, 30, 90)]
        a += [f"count(DISTINCT d) FILTER (d >= {C - w}) AS ad_{w}" for w in (7, 30, 90)]
        a += [f"count(DISTINCT {c}) FILTER (d >= {C - w}) AS {t}_{w}" for c, t in (("category", "dc"), ("channel", "dch")) for w in (30, 90)]
        f = con.execute(f"""
            WITH f AS (SELECT user_id, {', '.join(a)} FROM e WHERE d < {C} GROUP BY user_id HAVING rec_any <= {LOOKBACK}),
            i AS (SELECT user_id, avg(g) / 86400 AS ipt_mean, stddev_samp(g) / 86400 AS ipt_std FROM (
                SELECT user_id, s - lag(s) OVER (PARTITION BY user_id ORDER BY s) AS g FROM e
                WHERE d < {C} AND event_type = 'purchase') GROUP BY user_id),
            m AS (SELECT user_id, max(g) AS mg FROM (SELECT user_id, d - lag(d) OVER (PARTITION BY user_id ORDER BY d) AS g
                FROM (SELECT DISTINCT user_id, d FROM e WHERE d < {C})) GROUP BY user_id),
            b AS (SELECT DISTINCT user_id FROM e WHERE d >= {C} AND d < {C + HORIZON} AND event_type = 'purchase')
            SELECT f.*, ipt_mean, ipt_std, greatest(mg, rec_any) AS max_gap, (b.user_id IS NULL)::UTINYINT AS y
            FROM f LEFT JOIN i USING (user_id) LEFT JOIN m USING (user_id) LEFT JOIN b ON b.user_id = f.user_id
            ORDER BY f.user_id""").fetchnumpy()
        plain = {k: np.ma.filled(v.astype(np.float64), np.nan) for k, v in f.items() if k not in ("user_id", "y")}
        out.append((np.asarray(f["user_id"]), np.asarray(f["y"]), plain))
    return out, n


def featuretools_features(path, cutoffs):
    """The same tags by deep feature synthesis: one call per window over all (user, cutoff) pairs, on one process."""
    import warnings

    import featuretools as ft
    import pandas as pd
    warnings.filterwarnings("ignore")
    ev = pd.read_parquet(path)
    n = len(ev)
    ev["d"] = (ev["ts"].astype("datetime64[s]").astype("int64") // 86400).astype("int64")
    ev["day"] = ev["d"]  # the primitive for distinct values takes categories only
    ev["cents"] = (ev["amount"] * 100).round()
    ev = ev.drop(columns="amount").sort_values("ts", kind="stable").reset_index(drop=True)
    ev["event_id"] = np.arange(n)
    whole = ft.EntitySet("log")
    whole.add_dataframe(dataframe_name="events", dataframe=ev, index="event_id", time_index="ts",
                        logical_types={"event_type": "Categorical", "category": "Categorical", "channel": "Categorical",
                                       "day": "Categorical", "d": "Integer", "cents": "Double", "user_id": "Integer"})
    whole.normalize_dataframe(base_dataframe_name="events", new_dataframe_name="users", index="user_id", make_time_index=False)
    whole.add_interesting_values(dataframe_name="events", values={"event_type": TYPES})
    pairs = []
    for cutoff in cutoffs:
        C = epoch_day(cutoff)
        active = np.sort(ev.loc[(ev["d"] < C) & (ev["d"] >= C - LOOKBACK), "user_id"].unique())
        pairs.append(pd.DataFrame({"user_id": active, "time": pd.Timestamp(cutoff)}))
    times = pd.concat(pairs, ignore_index=True)

    def synthesis(window, aggregations, of, where=()):
        """One call of dfs; rows in the order of `times`."""
        made, _ = ft.dfs(entityset=whole, target_dataframe_name="users", cutoff_time=times, training_window=window,
                         include_cutoff_time=False, agg_primitives=list(aggregations), where_primitives=list(where),
                         trans_primitives=[], max_depth=1, ignore_columns={"events": [c for c in ev if c not in of]},
                         cutoff_time_in_index=True, n_jobs=1)
        made = made.reset_index().set_index(["user_id", "time"])
        return made.loc[pd.MultiIndex.from_frame(times)]

    keys = {"event_id", "ts", "user_id"}
    C = times["time"].map({pd.Timestamp(c): epoch_day(c) for c in cutoffs}).to_numpy()
    got = synthesis(None, ["max", "min"], keys | {"d", "event_type"}, ["max"])
    f = {"rec_any": C - got["MAX(events.d)"].to_numpy(), "tenure": C - got["MIN(events.d)"].to_numpy()}
    for x in TYPES:
        f[f"rec_{x}"] = C - got[f"MAX(events.d WHERE event_type = {x})"].to_numpy(np.float64)
    for w in (7, 30, 90):
        got = synthesis(f"{w} days", ["count", "sum", "num_unique"],
                        keys | {"event_type", "cents", "day", "category", "channel"}, ["count", "sum"])
        f[f"n_all_{w}"] = got["COUNT(events)"].to_numpy(np.float64)
        for x in TYPES:
            if w in COUNTED[x]:
                f[f"n_{x}_{w}"] = got[f"COUNT(events WHERE event_type = {x})"].to_numpy(np.float64)
        f[f"amt_{w}"] = got["SUM(events.cents WHERE event_type = purchase)"].to_numpy(np.float64) / 100
        f[f"ad_{w}"] = got["NUM_UNIQUE(events.day)"].to_numpy(np.float64)
        if w > 7:
            f[f"dc_{w}"] = got["NUM_UNIQUE(events.category)"].to_numpy(np.float64)
            f[f"dch_{w}"] = got["NUM_UNIQUE(events.channel)"].to_numpy(np.float64)
    out = []
    for cutoff, own in zip(cutoffs, pairs):
        at = (times["time"] == pd.Timestamp(cutoff)).to_numpy()
        day = epoch_day(cutoff)
        back = ev.loc[(ev["d"] >= day) & (ev["d"] < day + HORIZON) & (ev["event_type"] == "purchase"), "user_id"].unique()
        y = (~own["user_id"].isin(back)).to_numpy(np.uint8)
        out.append((own["user_id"].to_numpy(), y, {k: np.nan_to_num(v[at]) if k[:2] in ("n_", "am", "ad", "dc") else v[at]
                                                   for k, v in f.items()}))
    return out, n


def matrices(path, cutoffs):
    """[(users, labels, X float32 rows x 46)] by cutoff."""
    made = {"sweep": sweep, "polars": polars_features, "pandas": pandas_features, "duckdb": duckdb_features,
            "featuretools": featuretools_features}
    parts, n = made[ARGS.features](path, cutoffs)
    out = []
    while parts:
        users, y, f = parts.pop(0)
        ratio_tags(f)
        X = np.empty((len(users), len(SHOWN)), np.float32, order="F")
        for j, tag in enumerate(SHOWN):
            X[:, j] = f.pop(tag)
        out.append((users, y, X))
    return out, n


def main():
    last = dt.date(2025, 5, 1)
    cutoffs = ([dt.date.fromisoformat(d) for d in SIX.split(",")] if COUNT == "6"
               else [last - dt.timedelta(7 * (51 - i)) for i in range(52)])
    start = time.perf_counter()
    parts, events = matrices(PATH, cutoffs)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    rows = sum(len(users) for users, _, _ in parts)
    churned = sum(int(y.sum()) for _, y, _ in parts)
    with open(VALUES, "wb") as file:
        for users, _, _ in parts:
            file.write((users - 1).astype(np.uint32).tobytes())
        for j in range(len(SHOWN)):
            for _, _, X in parts:
                file.write(np.ascontiguousarray(X[:, j]).tobytes())
    print(json.dumps({"seconds": round(seconds, 3), "peakMb": peak, "quality": {"rows": rows, "churned": churned, "events": events},
                      "output": json.dumps({"path": VALUES, "tags": SHOWN})}))


main()
