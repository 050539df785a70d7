-- asOf
CREATE OR REPLACE TEMP TABLE "ebb_attribute_0" AS
SELECT o.user_index, o.valid_from, CAST(ROW_NUMBER() OVER (PARTITION BY o.user_index ORDER BY o.valid_from NULLS FIRST) AS BIGINT) AS n,
  o.v0, o.v1, o.v2,
  LAG(o.v0) OVER (PARTITION BY o.user_index ORDER BY o.valid_from NULLS FIRST) AS p0,
  (ROW_NUMBER() OVER (PARTITION BY o.user_index ORDER BY o.valid_from NULLS FIRST) > 1 AND (o.v0 IS DISTINCT FROM LAG(o.v0) OVER (PARTITION BY o.user_index ORDER BY o.valid_from NULLS FIRST))) AS changed0,
  LAG(o.v1) OVER (PARTITION BY o.user_index ORDER BY o.valid_from NULLS FIRST) AS p1,
  (ROW_NUMBER() OVER (PARTITION BY o.user_index ORDER BY o.valid_from NULLS FIRST) > 1 AND (o.v1 IS DISTINCT FROM LAG(o.v1) OVER (PARTITION BY o.user_index ORDER BY o.valid_from NULLS FIRST))) AS changed1,
  LAG(o.v2) OVER (PARTITION BY o.user_index ORDER BY o.valid_from NULLS FIRST) AS p2,
  (ROW_NUMBER() OVER (PARTITION BY o.user_index ORDER BY o.valid_from NULLS FIRST) > 1 AND (o.v2 IS DISTINCT FROM LAG(o.v2) OVER (PARTITION BY o.user_index ORDER BY o.valid_from NULLS FIRST))) AS changed2
FROM (
  SELECT u.*, ROW_NUMBER() OVER (PARTITION BY u.user_index, u.valid_from ORDER BY u.v0 DESC NULLS LAST, u.v1 DESC NULLS LAST, u.v2 DESC NULLS LAST) AS place
  FROM (SELECT r.user_index, r.valid_from, CAST(r."age" AS DOUBLE) AS v0, CAST(r."tier" AS VARCHAR) AS v1, CAST(r."registered" AS DATE) AS v2 FROM t_customer AS r) AS u
) AS o
WHERE o.place = 1;
CREATE OR REPLACE TEMP TABLE "ebb_attribute_known_0" AS
SELECT s.cutoff, s.user_index, MAX(a.n) AS n,
  MAX(CASE WHEN a.changed1 THEN a.valid_from END) AS changed_on1,
  MAX(CASE WHEN a.changed1 THEN a.n END) AS changed_at1,
  COUNT(*) FILTER (WHERE a.changed1 AND (a.valid_from >= (s.cutoff + CAST(-90 AS INTEGER)) AND a.valid_from < s.cutoff)) AS changes1_d90
FROM "ebb_spine" AS s
JOIN "ebb_attribute_0" AS a ON a.user_index = s.user_index AND (a.valid_from IS NULL OR a.valid_from < s.cutoff)
GROUP BY s.cutoff, s.user_index;
WITH measured AS (
  SELECT s.user_index, s.cutoff, CAST(s.label AS SMALLINT) AS label, s.churn_kind,
    ba0v.v0 AS "a_value",
    ba0p1.p1 AS "a_previous",
    COALESCE(ba0.changes1_d90, 0) AS "a_changes",
    CAST(datediff('day', ba0.changed_on1, s.cutoff) AS INTEGER) AS "a_daysSinceChange",
    CAST(datediff('day', ba0v.v2, s.cutoff) AS INTEGER) AS "a_daysSince"
  FROM "ebb_spine" AS s
  LEFT JOIN "ebb_attribute_known_0" AS ba0 ON ba0.cutoff = s.cutoff AND ba0.user_index = s.user_index
  LEFT JOIN "ebb_attribute_0" AS ba0v ON ba0v.user_index = s.user_index AND ba0v.n = ba0.n
  LEFT JOIN "ebb_attribute_0" AS ba0p1 ON ba0p1.user_index = s.user_index AND ba0p1.n = ba0.changed_at1
)
SELECT user_index,
  cutoff,
  label,
  churn_kind,
  "a_value",
  "a_previous",
  "a_changes",
  "a_daysSinceChange",
  "a_daysSince"
FROM measured
ORDER BY cutoff, user_index;

-- pastLabel
CREATE OR REPLACE TEMP TABLE "ebb_past_2_pairs" AS
SELECT v.cutoff, v.past_cutoff FROM (VALUES (DATE '2024-03-01', DATE '2024-01-28'), (DATE '2024-03-01', DATE '2023-12-29'), (DATE '2024-04-01', DATE '2024-02-28'), (DATE '2024-04-01', DATE '2024-01-29')) AS v(cutoff, past_cutoff);
CREATE OR REPLACE TEMP TABLE "ebb_past_2_values" AS
SELECT s.cutoff, s.user_index, COUNT(*) AS windows, CAST(SUM(p.label) AS BIGINT) AS churns,
  MAX_BY(p.label, p.cutoff) AS last_label
FROM "ebb_spine" AS s
JOIN "ebb_past_2_pairs" AS m ON m.cutoff = s.cutoff
JOIN "ebb_past_2_population" AS p ON p.cutoff = m.past_cutoff AND p.user_index = s.user_index
WHERE p.status = 'example'
GROUP BY s.cutoff, s.user_index;
WITH measured AS (
  SELECT s.user_index, s.cutoff, CAST(s.label AS SMALLINT) AS label, s.churn_kind,
    COALESCE(bp2.churns, 0) AS "churned_before"
  FROM "ebb_spine" AS s
  LEFT JOIN "ebb_past_2_values" AS bp2 ON bp2.cutoff = s.cutoff AND bp2.user_index = s.user_index
)
SELECT user_index,
  cutoff,
  label,
  churn_kind,
  "churned_before"
FROM measured
ORDER BY cutoff, user_index;

-- rowSql
CREATE OR REPLACE TEMP TABLE "ebb_row_sql_0" AS
SELECT s.cutoff, s.user_index,
  CAST((CAST((CAST(SUM(CAST(CAST(round(((CASE WHEN ((CAST((CAST(e.amount_cents AS DOUBLE) / NULLIF(100, 0)) AS DOUBLE) > CAST(100 AS DOUBLE)) AND (e.item <> 'it''s')) THEN CAST(1 AS DOUBLE) ELSE CAST(0 AS DOUBLE) END)) * CAST(1000000 AS DOUBLE)) AS BIGINT) AS HUGEINT)) AS DOUBLE) / NULLIF((CAST(1000000 AS DOUBLE)), 0)) AS DOUBLE) / NULLIF(COUNT(*), 0)) AS DOUBLE) AS x0
FROM "ebb_spine" AS s
JOIN t_events AS e ON e.user_index = s.user_index AND (e.event_day >= (s.cutoff + CAST(-30 AS INTEGER)) AND e.event_day < s.cutoff)
GROUP BY s.cutoff, s.user_index;
WITH measured AS (
  SELECT s.user_index, s.cutoff, CAST(s.label AS SMALLINT) AS label, s.churn_kind,
    bx0.x0 AS "big_share"
  FROM "ebb_spine" AS s
  LEFT JOIN "ebb_row_sql_0" AS bx0 ON bx0.cutoff = s.cutoff AND bx0.user_index = s.user_index
)
SELECT user_index,
  cutoff,
  label,
  churn_kind,
  "big_share"
FROM measured
ORDER BY cutoff, user_index;
