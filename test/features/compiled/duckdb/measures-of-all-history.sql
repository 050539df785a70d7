-- gaps
CREATE OR REPLACE TEMP TABLE "ebb_days" AS
SELECT q.user_index, q.event_day, COALESCE(cal.segment, 0) AS segment, q.k0, q.k1
FROM (
  SELECT e.user_index, e.event_day, e.event_day AS seen_day,
  COALESCE(bool_or(e.event_type = 'o''rder'), FALSE) AS k0,
  TRUE AS k1
  FROM t_events AS e
  WHERE e.event_day < DATE '2024-04-01'
  GROUP BY e.user_index, e.event_day, e.event_day
) AS q
LEFT JOIN "ebb_calendar" AS cal ON cal.day = q.seen_day;
CREATE OR REPLACE TEMP TABLE "ebb_gap_segments_0" AS
SELECT q.user_index, q.segment,
  CAST(SUM(q.gap) AS BIGINT) AS b0,
  COUNT(q.gap) AS b1,
  CAST(SUM(q.gap * q.gap) AS BIGINT) AS b2
FROM (
  SELECT d.user_index, d.event_day, d.segment,
    CAST(datediff('day', LAG(d.event_day) OVER (PARTITION BY d.user_index ORDER BY d.event_day), d.event_day) AS BIGINT) AS gap
  FROM "ebb_days" AS d
  WHERE d.k0
) AS q
WHERE q.gap IS NOT NULL
GROUP BY q.user_index, q.segment;
CREATE OR REPLACE TEMP TABLE "ebb_gap_values_0" AS
SELECT s.cutoff, s.user_index,
  CAST(SUM(g.b0) AS BIGINT) AS c0,
  CAST(SUM(g.b1) AS BIGINT) AS c1,
  CAST(SUM(g.b2) AS BIGINT) AS c2
FROM "ebb_gap_segments_0" AS g
JOIN "ebb_flags" AS f ON f.segment = g.segment
JOIN "ebb_spine" AS s ON s.cutoff = f.cutoff AND s.user_index = g.user_index
GROUP BY s.cutoff, s.user_index;
CREATE OR REPLACE TEMP TABLE "ebb_gap_segments_1" AS
SELECT q.user_index, q.segment,
  MIN(CAST(datediff('day', DATE '0001-01-01', q.event_day) AS BIGINT) * 1000000 + q.gap) AS b0,
  MAX(CASE WHEN q.gap > 14 THEN q.event_day END) AS b1
FROM (
  SELECT d.user_index, d.event_day, d.segment,
    CAST(datediff('day', LAG(d.event_day) OVER (PARTITION BY d.user_index ORDER BY d.event_day), d.event_day) AS BIGINT) AS gap
  FROM "ebb_days" AS d
  WHERE d.k1
) AS q
WHERE q.gap IS NOT NULL
GROUP BY q.user_index, q.segment;
CREATE OR REPLACE TEMP TABLE "ebb_gap_values_1" AS
SELECT s.cutoff, s.user_index,
  MIN(g.b0) AS c0,
  MAX(g.b1) AS c1
FROM "ebb_gap_segments_1" AS g
JOIN "ebb_flags" AS f ON f.segment = g.segment
JOIN "ebb_spine" AS s ON s.cutoff = f.cutoff AND s.user_index = g.user_index
GROUP BY s.cutoff, s.user_index;
WITH measured AS (
  SELECT s.user_index, s.cutoff, CAST(s.label AS SMALLINT) AS label, s.churn_kind,
    (CAST(bg0.c0 AS DOUBLE) / NULLIF(bg0.c1, 0)) AS "gaps_0",
    SQRT((CAST((bg0.c1 * bg0.c2 - bg0.c0 * bg0.c0) AS DOUBLE) / NULLIF((bg0.c1 * (bg0.c1 - 1)), 0))) AS "gaps_1",
    CAST((bg1.c0 % NULLIF(1000000, 0)) AS INTEGER) AS "gaps_2",
    CAST(datediff('day', bg1.c1, s.cutoff) AS INTEGER) AS "gaps_3"
  FROM "ebb_spine" AS s
  LEFT JOIN "ebb_gap_values_0" AS bg0 ON bg0.cutoff = s.cutoff AND bg0.user_index = s.user_index
  LEFT JOIN "ebb_gap_values_1" AS bg1 ON bg1.cutoff = s.cutoff AND bg1.user_index = s.user_index
)
SELECT user_index,
  cutoff,
  label,
  churn_kind,
  "gaps_0",
  "gaps_1",
  "gaps_2",
  "gaps_3"
FROM measured
ORDER BY cutoff, user_index;

-- intervals
CREATE OR REPLACE TEMP TABLE "ebb_interval_segments_0" AS
SELECT q.user_index, q.segment, COUNT(*) AS n,
  CAST(SUM(q.step) AS BIGINT) AS t, SUM(CAST(q.step * q.step AS HUGEINT)) AS q
FROM (
  SELECT e.user_index, COALESCE(cal.segment, 0) AS segment,
    (epoch_us(e.event_time) // NULLIF(1000000, 0)) - LAG((epoch_us(e.event_time) // NULLIF(1000000, 0))) OVER (PARTITION BY e.user_index ORDER BY e.event_time) AS step
  FROM t_events AS e
  LEFT JOIN "ebb_calendar" AS cal ON cal.day = e.event_day
  WHERE e.event_day < DATE '2024-04-01' AND e.event_type = 'o''rder'
) AS q
WHERE q.step IS NOT NULL
GROUP BY q.user_index, q.segment;
CREATE OR REPLACE TEMP TABLE "ebb_interval_values_0" AS
SELECT s.cutoff, s.user_index,
  CAST(SUM(g.n) AS BIGINT) AS n_lifetime, CAST(SUM(g.t) AS BIGINT) AS t_lifetime,
  SUM(CAST(g.q AS HUGEINT)) AS q_lifetime
FROM "ebb_interval_segments_0" AS g
JOIN "ebb_flags" AS f ON f.segment = g.segment
JOIN "ebb_spine" AS s ON s.cutoff = f.cutoff AND s.user_index = g.user_index
GROUP BY s.cutoff, s.user_index;
WITH measured AS (
  SELECT s.user_index, s.cutoff, CAST(s.label AS SMALLINT) AS label, s.churn_kind,
    (CAST(bi0.t_lifetime AS DOUBLE) / NULLIF((bi0.n_lifetime * 86400), 0)) AS "intervals_0",
    (SQRT((CAST((bi0.n_lifetime * bi0.q_lifetime - CAST(bi0.t_lifetime AS HUGEINT) * bi0.t_lifetime) AS DOUBLE) / NULLIF((bi0.n_lifetime * (bi0.n_lifetime - 1)), 0))) / 86400) AS "intervals_1"
  FROM "ebb_spine" AS s
  LEFT JOIN "ebb_interval_values_0" AS bi0 ON bi0.cutoff = s.cutoff AND bi0.user_index = s.user_index
)
SELECT user_index,
  cutoff,
  label,
  churn_kind,
  "intervals_0",
  "intervals_1"
FROM measured
ORDER BY cutoff, user_index;
