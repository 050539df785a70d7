-- count
DROP VIEW IF EXISTS `ebb_segments`;
CACHE TABLE `ebb_segments` AS
SELECT e.user_index, COALESCE(cal.segment, 0) AS segment,
  COUNT(CASE WHEN e.event_type = 'o\'rder' THEN 1 END) AS b0
FROM t_events AS e
LEFT JOIN `ebb_calendar` AS cal ON cal.day = e.event_day
WHERE e.event_day < DATE '2024-04-01'
GROUP BY e.user_index, COALESCE(cal.segment, 0);
DROP VIEW IF EXISTS `ebb_event_values_windowed`;
CACHE TABLE `ebb_event_values_windowed` AS
SELECT s.cutoff, s.user_index,
  SUM(CAST(CASE WHEN f.in_d30 THEN g.b0 END AS BIGINT)) AS m0
FROM `ebb_segments` AS g
JOIN `ebb_flags` AS f ON f.segment = g.segment AND f.in_any
JOIN `ebb_spine` AS s ON s.cutoff = f.cutoff AND s.user_index = g.user_index
GROUP BY s.cutoff, s.user_index;
WITH measured AS (
  SELECT s.user_index, s.cutoff, CAST(s.label AS SMALLINT) AS label, s.churn_kind,
    COALESCE(be_windowed.m0, 0) AS `count_0`
  FROM `ebb_spine` AS s
  LEFT JOIN `ebb_event_values_windowed` AS be_windowed ON be_windowed.cutoff = s.cutoff AND be_windowed.user_index = s.user_index
)
SELECT user_index,
  cutoff,
  label,
  churn_kind,
  `count_0`
FROM measured
ORDER BY cutoff, user_index;

-- last
DROP VIEW IF EXISTS `ebb_segments`;
CACHE TABLE `ebb_segments` AS
SELECT e.user_index, COALESCE(cal.segment, 0) AS segment,
  MAX(CASE WHEN e.event_type = 'o\'rder' THEN e.event_day END) AS b0
FROM t_events AS e
LEFT JOIN `ebb_calendar` AS cal ON cal.day = e.event_day
WHERE e.event_day < DATE '2024-04-01'
GROUP BY e.user_index, COALESCE(cal.segment, 0);
DROP VIEW IF EXISTS `ebb_event_values_windowed`;
CACHE TABLE `ebb_event_values_windowed` AS
SELECT s.cutoff, s.user_index,
  MAX(CASE WHEN f.in_d30 THEN g.b0 END) AS m0
FROM `ebb_segments` AS g
JOIN `ebb_flags` AS f ON f.segment = g.segment AND f.in_any
JOIN `ebb_spine` AS s ON s.cutoff = f.cutoff AND s.user_index = g.user_index
GROUP BY s.cutoff, s.user_index;
WITH measured AS (
  SELECT s.user_index, s.cutoff, CAST(s.label AS SMALLINT) AS label, s.churn_kind,
    CAST(datediff(s.cutoff, be_windowed.m0) AS INT) AS `last_0`
  FROM `ebb_spine` AS s
  LEFT JOIN `ebb_event_values_windowed` AS be_windowed ON be_windowed.cutoff = s.cutoff AND be_windowed.user_index = s.user_index
)
SELECT user_index,
  cutoff,
  label,
  churn_kind,
  `last_0`
FROM measured
ORDER BY cutoff, user_index;

-- first
DROP VIEW IF EXISTS `ebb_segments`;
CACHE TABLE `ebb_segments` AS
SELECT e.user_index, COALESCE(cal.segment, 0) AS segment,
  MIN(CASE WHEN e.event_type = 'o\'rder' THEN e.event_day END) AS b0
FROM t_events AS e
LEFT JOIN `ebb_calendar` AS cal ON cal.day = e.event_day
WHERE e.event_day < DATE '2024-04-01'
GROUP BY e.user_index, COALESCE(cal.segment, 0);
DROP VIEW IF EXISTS `ebb_event_values_windowed`;
CACHE TABLE `ebb_event_values_windowed` AS
SELECT s.cutoff, s.user_index,
  MIN(CASE WHEN f.in_d30 THEN g.b0 END) AS m0
FROM `ebb_segments` AS g
JOIN `ebb_flags` AS f ON f.segment = g.segment AND f.in_any
JOIN `ebb_spine` AS s ON s.cutoff = f.cutoff AND s.user_index = g.user_index
GROUP BY s.cutoff, s.user_index;
WITH measured AS (
  SELECT s.user_index, s.cutoff, CAST(s.label AS SMALLINT) AS label, s.churn_kind,
    CAST(datediff(s.cutoff, be_windowed.m0) AS INT) AS `first_0`
  FROM `ebb_spine` AS s
  LEFT JOIN `ebb_event_values_windowed` AS be_windowed ON be_windowed.cutoff = s.cutoff AND be_windowed.user_index = s.user_index
)
SELECT user_index,
  cutoff,
  label,
  churn_kind,
  `first_0`
FROM measured
ORDER BY cutoff, user_index;

-- activeDays
DROP VIEW IF EXISTS `ebb_days`;
CACHE TABLE `ebb_days` AS
SELECT q.user_index, q.event_day, COALESCE(cal.segment, 0) AS segment, q.k0
FROM (
  SELECT e.user_index, e.event_day, e.event_day AS seen_day,
  COALESCE(bool_or(e.event_type = 'o\'rder'), FALSE) AS k0
  FROM t_events AS e
  WHERE e.event_day < DATE '2024-04-01'
  GROUP BY e.user_index, e.event_day, e.event_day
) AS q
LEFT JOIN `ebb_calendar` AS cal ON cal.day = q.seen_day;
DROP VIEW IF EXISTS `ebb_day_segments`;
CACHE TABLE `ebb_day_segments` AS
SELECT d.user_index, d.segment,
  COUNT(*) FILTER (WHERE d.k0) AS d0
FROM `ebb_days` AS d
GROUP BY d.user_index, d.segment;
DROP VIEW IF EXISTS `ebb_day_values`;
CACHE TABLE `ebb_day_values` AS
SELECT s.cutoff, s.user_index,
  SUM(CAST(CASE WHEN f.in_d30 THEN g.d0 END AS BIGINT)) AS a0
FROM `ebb_day_segments` AS g
JOIN `ebb_flags` AS f ON f.segment = g.segment AND f.in_any
JOIN `ebb_spine` AS s ON s.cutoff = f.cutoff AND s.user_index = g.user_index
GROUP BY s.cutoff, s.user_index;
WITH measured AS (
  SELECT s.user_index, s.cutoff, CAST(s.label AS SMALLINT) AS label, s.churn_kind,
    COALESCE(bd.a0, 0) AS `activeDays_0`
  FROM `ebb_spine` AS s
  LEFT JOIN `ebb_day_values` AS bd ON bd.cutoff = s.cutoff AND bd.user_index = s.user_index
)
SELECT user_index,
  cutoff,
  label,
  churn_kind,
  `activeDays_0`
FROM measured
ORDER BY cutoff, user_index;

-- sum
DROP VIEW IF EXISTS `ebb_segments`;
CACHE TABLE `ebb_segments` AS
SELECT e.user_index, COALESCE(cal.segment, 0) AS segment,
  SUM(CAST(CASE WHEN e.event_type = 'o\'rder' THEN e.amount_cents END AS BIGINT)) AS b0
FROM t_events AS e
LEFT JOIN `ebb_calendar` AS cal ON cal.day = e.event_day
WHERE e.event_day < DATE '2024-04-01'
GROUP BY e.user_index, COALESCE(cal.segment, 0);
DROP VIEW IF EXISTS `ebb_event_values_windowed`;
CACHE TABLE `ebb_event_values_windowed` AS
SELECT s.cutoff, s.user_index,
  SUM(CAST(CASE WHEN f.in_d30 THEN g.b0 END AS BIGINT)) AS m0
FROM `ebb_segments` AS g
JOIN `ebb_flags` AS f ON f.segment = g.segment AND f.in_any
JOIN `ebb_spine` AS s ON s.cutoff = f.cutoff AND s.user_index = g.user_index
GROUP BY s.cutoff, s.user_index;
WITH measured AS (
  SELECT s.user_index, s.cutoff, CAST(s.label AS SMALLINT) AS label, s.churn_kind,
    (CAST(be_windowed.m0 AS DOUBLE) / NULLIF(100, 0)) AS `sum_0`
  FROM `ebb_spine` AS s
  LEFT JOIN `ebb_event_values_windowed` AS be_windowed ON be_windowed.cutoff = s.cutoff AND be_windowed.user_index = s.user_index
)
SELECT user_index,
  cutoff,
  label,
  churn_kind,
  `sum_0`
FROM measured
ORDER BY cutoff, user_index;

-- min
DROP VIEW IF EXISTS `ebb_segments`;
CACHE TABLE `ebb_segments` AS
SELECT e.user_index, COALESCE(cal.segment, 0) AS segment,
  MIN(CASE WHEN e.event_type = 'o\'rder' THEN e.quantity_milli END) AS b0
FROM t_events AS e
LEFT JOIN `ebb_calendar` AS cal ON cal.day = e.event_day
WHERE e.event_day < DATE '2024-04-01'
GROUP BY e.user_index, COALESCE(cal.segment, 0);
DROP VIEW IF EXISTS `ebb_event_values_windowed`;
CACHE TABLE `ebb_event_values_windowed` AS
SELECT s.cutoff, s.user_index,
  MIN(CASE WHEN f.in_d30 THEN g.b0 END) AS m0
FROM `ebb_segments` AS g
JOIN `ebb_flags` AS f ON f.segment = g.segment AND f.in_any
JOIN `ebb_spine` AS s ON s.cutoff = f.cutoff AND s.user_index = g.user_index
GROUP BY s.cutoff, s.user_index;
WITH measured AS (
  SELECT s.user_index, s.cutoff, CAST(s.label AS SMALLINT) AS label, s.churn_kind,
    (CAST(be_windowed.m0 AS DOUBLE) / NULLIF(1000, 0)) AS `min_0`
  FROM `ebb_spine` AS s
  LEFT JOIN `ebb_event_values_windowed` AS be_windowed ON be_windowed.cutoff = s.cutoff AND be_windowed.user_index = s.user_index
)
SELECT user_index,
  cutoff,
  label,
  churn_kind,
  `min_0`
FROM measured
ORDER BY cutoff, user_index;

-- max
DROP VIEW IF EXISTS `ebb_segments`;
CACHE TABLE `ebb_segments` AS
SELECT e.user_index, COALESCE(cal.segment, 0) AS segment,
  MAX(CASE WHEN e.event_type = 'o\'rder' THEN e.amount_cents END) AS b0
FROM t_events AS e
LEFT JOIN `ebb_calendar` AS cal ON cal.day = e.event_day
WHERE e.event_day < DATE '2024-04-01'
GROUP BY e.user_index, COALESCE(cal.segment, 0);
DROP VIEW IF EXISTS `ebb_event_values_windowed`;
CACHE TABLE `ebb_event_values_windowed` AS
SELECT s.cutoff, s.user_index,
  MAX(CASE WHEN f.in_d30 THEN g.b0 END) AS m0
FROM `ebb_segments` AS g
JOIN `ebb_flags` AS f ON f.segment = g.segment AND f.in_any
JOIN `ebb_spine` AS s ON s.cutoff = f.cutoff AND s.user_index = g.user_index
GROUP BY s.cutoff, s.user_index;
WITH measured AS (
  SELECT s.user_index, s.cutoff, CAST(s.label AS SMALLINT) AS label, s.churn_kind,
    (CAST(be_windowed.m0 AS DOUBLE) / NULLIF(100, 0)) AS `max_0`
  FROM `ebb_spine` AS s
  LEFT JOIN `ebb_event_values_windowed` AS be_windowed ON be_windowed.cutoff = s.cutoff AND be_windowed.user_index = s.user_index
)
SELECT user_index,
  cutoff,
  label,
  churn_kind,
  `max_0`
FROM measured
ORDER BY cutoff, user_index;

-- mean
DROP VIEW IF EXISTS `ebb_segments`;
CACHE TABLE `ebb_segments` AS
SELECT e.user_index, COALESCE(cal.segment, 0) AS segment,
  SUM(CAST(CASE WHEN e.event_type = 'o\'rder' THEN e.amount_cents END AS BIGINT)) AS b0,
  COUNT(CASE WHEN e.event_type = 'o\'rder' THEN e.amount_cents END) AS b1
FROM t_events AS e
LEFT JOIN `ebb_calendar` AS cal ON cal.day = e.event_day
WHERE e.event_day < DATE '2024-04-01'
GROUP BY e.user_index, COALESCE(cal.segment, 0);
DROP VIEW IF EXISTS `ebb_event_values_windowed`;
CACHE TABLE `ebb_event_values_windowed` AS
SELECT s.cutoff, s.user_index,
  SUM(CAST(CASE WHEN f.in_d30 THEN g.b0 END AS BIGINT)) AS m0,
  SUM(CAST(CASE WHEN f.in_d30 THEN g.b1 END AS BIGINT)) AS m1
FROM `ebb_segments` AS g
JOIN `ebb_flags` AS f ON f.segment = g.segment AND f.in_any
JOIN `ebb_spine` AS s ON s.cutoff = f.cutoff AND s.user_index = g.user_index
GROUP BY s.cutoff, s.user_index;
WITH measured AS (
  SELECT s.user_index, s.cutoff, CAST(s.label AS SMALLINT) AS label, s.churn_kind,
    (CAST(be_windowed.m0 AS DOUBLE) / NULLIF((be_windowed.m1 * 100), 0)) AS `mean_0`
  FROM `ebb_spine` AS s
  LEFT JOIN `ebb_event_values_windowed` AS be_windowed ON be_windowed.cutoff = s.cutoff AND be_windowed.user_index = s.user_index
)
SELECT user_index,
  cutoff,
  label,
  churn_kind,
  `mean_0`
FROM measured
ORDER BY cutoff, user_index;

-- lastValue
DROP VIEW IF EXISTS `ebb_segments`;
CACHE TABLE `ebb_segments` AS
SELECT e.user_index, COALESCE(cal.segment, 0) AS segment,
  MAX(CASE WHEN e.amount_cents IS NOT NULL AND e.event_type = 'o\'rder' THEN named_struct('a', e.event_time, 'b', e.amount_cents) END) AS b0
FROM t_events AS e
LEFT JOIN `ebb_calendar` AS cal ON cal.day = e.event_day
WHERE e.event_day < DATE '2024-04-01'
GROUP BY e.user_index, COALESCE(cal.segment, 0);
DROP VIEW IF EXISTS `ebb_event_values_windowed`;
CACHE TABLE `ebb_event_values_windowed` AS
SELECT s.cutoff, s.user_index,
  MAX(CASE WHEN f.in_d30 THEN g.b0 END) AS m0
FROM `ebb_segments` AS g
JOIN `ebb_flags` AS f ON f.segment = g.segment AND f.in_any
JOIN `ebb_spine` AS s ON s.cutoff = f.cutoff AND s.user_index = g.user_index
GROUP BY s.cutoff, s.user_index;
WITH measured AS (
  SELECT s.user_index, s.cutoff, CAST(s.label AS SMALLINT) AS label, s.churn_kind,
    (CAST((be_windowed.m0).b AS DOUBLE) / NULLIF(100, 0)) AS `lastValue_0`
  FROM `ebb_spine` AS s
  LEFT JOIN `ebb_event_values_windowed` AS be_windowed ON be_windowed.cutoff = s.cutoff AND be_windowed.user_index = s.user_index
)
SELECT user_index,
  cutoff,
  label,
  churn_kind,
  `lastValue_0`
FROM measured
ORDER BY cutoff, user_index;

-- distinct
DROP VIEW IF EXISTS `ebb_segments`;
CACHE TABLE `ebb_segments` AS
SELECT e.user_index, COALESCE(cal.segment, 0) AS segment,
  bit_or(CASE WHEN e.event_type = 'o\'rder' THEN lv_category.bit END) AS b0
FROM t_events AS e
LEFT JOIN `ebb_calendar` AS cal ON cal.day = e.event_day
LEFT JOIN `ebb_levels_category` AS lv_category ON lv_category.level = e.category
WHERE e.event_day < DATE '2024-04-01'
GROUP BY e.user_index, COALESCE(cal.segment, 0);
DROP VIEW IF EXISTS `ebb_event_values_windowed`;
CACHE TABLE `ebb_event_values_windowed` AS
SELECT s.cutoff, s.user_index,
  bit_or(CASE WHEN f.in_d30 THEN g.b0 END) AS m0
FROM `ebb_segments` AS g
JOIN `ebb_flags` AS f ON f.segment = g.segment AND f.in_any
JOIN `ebb_spine` AS s ON s.cutoff = f.cutoff AND s.user_index = g.user_index
GROUP BY s.cutoff, s.user_index;
WITH measured AS (
  SELECT s.user_index, s.cutoff, CAST(s.label AS SMALLINT) AS label, s.churn_kind,
    COALESCE(bit_count(be_windowed.m0), 0) AS `distinct_0`
  FROM `ebb_spine` AS s
  LEFT JOIN `ebb_event_values_windowed` AS be_windowed ON be_windowed.cutoff = s.cutoff AND be_windowed.user_index = s.user_index
)
SELECT user_index,
  cutoff,
  label,
  churn_kind,
  `distinct_0`
FROM measured
ORDER BY cutoff, user_index;

-- lastLevel
DROP VIEW IF EXISTS `ebb_segments`;
CACHE TABLE `ebb_segments` AS
SELECT e.user_index, COALESCE(cal.segment, 0) AS segment,
  MAX(CASE WHEN e.event_type = 'o\'rder' THEN (unix_micros(CAST(e.event_time AS TIMESTAMP_LTZ)) * 1024 + lv_channel.code) END) AS b0
FROM t_events AS e
LEFT JOIN `ebb_calendar` AS cal ON cal.day = e.event_day
LEFT JOIN `ebb_levels_channel` AS lv_channel ON lv_channel.level = e.channel
WHERE e.event_day < DATE '2024-04-01'
GROUP BY e.user_index, COALESCE(cal.segment, 0);
DROP VIEW IF EXISTS `ebb_event_values_windowed`;
CACHE TABLE `ebb_event_values_windowed` AS
SELECT s.cutoff, s.user_index,
  MAX(CASE WHEN f.in_d30 THEN g.b0 END) AS m0
FROM `ebb_segments` AS g
JOIN `ebb_flags` AS f ON f.segment = g.segment AND f.in_any
JOIN `ebb_spine` AS s ON s.cutoff = f.cutoff AND s.user_index = g.user_index
GROUP BY s.cutoff, s.user_index;
WITH measured AS (
  SELECT s.user_index, s.cutoff, CAST(s.label AS SMALLINT) AS label, s.churn_kind,
    bl0.level AS `lastLevel_0`
  FROM `ebb_spine` AS s
  LEFT JOIN `ebb_event_values_windowed` AS be_windowed ON be_windowed.cutoff = s.cutoff AND be_windowed.user_index = s.user_index
  LEFT JOIN `ebb_levels_channel` AS bl0 ON bl0.code = (((be_windowed.m0 % NULLIF(1024, 0)) + 1024) % NULLIF(1024, 0))
)
SELECT user_index,
  cutoff,
  label,
  churn_kind,
  `lastLevel_0`
FROM measured
ORDER BY cutoff, user_index;

-- firstLevel
DROP VIEW IF EXISTS `ebb_segments`;
CACHE TABLE `ebb_segments` AS
SELECT e.user_index, COALESCE(cal.segment, 0) AS segment,
  MIN(CASE WHEN e.event_type = 'o\'rder' THEN (unix_micros(CAST(e.event_time AS TIMESTAMP_LTZ)) * 1024 + lv_channel.code) END) AS b0
FROM t_events AS e
LEFT JOIN `ebb_calendar` AS cal ON cal.day = e.event_day
LEFT JOIN `ebb_levels_channel` AS lv_channel ON lv_channel.level = e.channel
WHERE e.event_day < DATE '2024-04-01'
GROUP BY e.user_index, COALESCE(cal.segment, 0);
DROP VIEW IF EXISTS `ebb_event_values_windowed`;
CACHE TABLE `ebb_event_values_windowed` AS
SELECT s.cutoff, s.user_index,
  MIN(CASE WHEN f.in_d30 THEN g.b0 END) AS m0
FROM `ebb_segments` AS g
JOIN `ebb_flags` AS f ON f.segment = g.segment AND f.in_any
JOIN `ebb_spine` AS s ON s.cutoff = f.cutoff AND s.user_index = g.user_index
GROUP BY s.cutoff, s.user_index;
WITH measured AS (
  SELECT s.user_index, s.cutoff, CAST(s.label AS SMALLINT) AS label, s.churn_kind,
    bl0.level AS `firstLevel_0`
  FROM `ebb_spine` AS s
  LEFT JOIN `ebb_event_values_windowed` AS be_windowed ON be_windowed.cutoff = s.cutoff AND be_windowed.user_index = s.user_index
  LEFT JOIN `ebb_levels_channel` AS bl0 ON bl0.code = (((be_windowed.m0 % NULLIF(1024, 0)) + 1024) % NULLIF(1024, 0))
)
SELECT user_index,
  cutoff,
  label,
  churn_kind,
  `firstLevel_0`
FROM measured
ORDER BY cutoff, user_index;

-- gaps
DROP VIEW IF EXISTS `ebb_days`;
CACHE TABLE `ebb_days` AS
SELECT q.user_index, q.event_day, COALESCE(cal.segment, 0) AS segment, q.k0, q.k1
FROM (
  SELECT e.user_index, e.event_day, e.event_day AS seen_day,
  COALESCE(bool_or(e.event_type = 'o\'rder'), FALSE) AS k0,
  TRUE AS k1
  FROM t_events AS e
  WHERE e.event_day < DATE '2024-04-01'
  GROUP BY e.user_index, e.event_day, e.event_day
) AS q
LEFT JOIN `ebb_calendar` AS cal ON cal.day = q.seen_day;
DROP VIEW IF EXISTS `ebb_gap_segments_0`;
CACHE TABLE `ebb_gap_segments_0` AS
SELECT q.user_index, q.segment, q.previous_segment,
  SUM(CAST(q.gap AS BIGINT)) AS b0,
  COUNT(q.gap) AS b1,
  SUM(CAST(q.gap * q.gap AS BIGINT)) AS b2
FROM (
  SELECT d.user_index, d.event_day, d.segment, LAG(d.segment) OVER (PARTITION BY d.user_index ORDER BY d.event_day) AS previous_segment,
    CAST(datediff(d.event_day, LAG(d.event_day) OVER (PARTITION BY d.user_index ORDER BY d.event_day)) AS BIGINT) AS gap
  FROM `ebb_days` AS d
  WHERE d.k0
) AS q
WHERE q.gap IS NOT NULL
GROUP BY q.user_index, q.segment, q.previous_segment;
DROP VIEW IF EXISTS `ebb_gap_values_0`;
CACHE TABLE `ebb_gap_values_0` AS
SELECT s.cutoff, s.user_index,
  SUM(CAST(CASE WHEN f.in_d30 AND p.in_d30 THEN g.b0 END AS BIGINT)) AS c0,
  SUM(CAST(CASE WHEN f.in_d30 AND p.in_d30 THEN g.b1 END AS BIGINT)) AS c1,
  SUM(CAST(g.b1 AS BIGINT)) AS c2,
  SUM(CAST(g.b0 AS BIGINT)) AS c3,
  SUM(CAST(g.b2 AS BIGINT)) AS c4
FROM `ebb_gap_segments_0` AS g
JOIN `ebb_flags` AS f ON f.segment = g.segment
JOIN `ebb_flags` AS p ON p.cutoff = f.cutoff AND p.segment = g.previous_segment
JOIN `ebb_spine` AS s ON s.cutoff = f.cutoff AND s.user_index = g.user_index
GROUP BY s.cutoff, s.user_index;
DROP VIEW IF EXISTS `ebb_gap_segments_1`;
CACHE TABLE `ebb_gap_segments_1` AS
SELECT q.user_index, q.segment, q.previous_segment,
  MIN(CAST(datediff(q.event_day, DATE '0001-01-01') AS BIGINT) * 1000000 + q.gap) AS b0,
  MAX(CASE WHEN q.gap > 14 THEN q.event_day END) AS b1
FROM (
  SELECT d.user_index, d.event_day, d.segment, LAG(d.segment) OVER (PARTITION BY d.user_index ORDER BY d.event_day) AS previous_segment,
    CAST(datediff(d.event_day, LAG(d.event_day) OVER (PARTITION BY d.user_index ORDER BY d.event_day)) AS BIGINT) AS gap
  FROM `ebb_days` AS d
  WHERE d.k1
) AS q
WHERE q.gap IS NOT NULL
GROUP BY q.user_index, q.segment, q.previous_segment;
DROP VIEW IF EXISTS `ebb_gap_values_1`;
CACHE TABLE `ebb_gap_values_1` AS
SELECT s.cutoff, s.user_index,
  MIN(CASE WHEN f.in_d30 AND p.in_d30 THEN g.b0 END) AS c0,
  MAX(g.b1) AS c1
FROM `ebb_gap_segments_1` AS g
JOIN `ebb_flags` AS f ON f.segment = g.segment
JOIN `ebb_flags` AS p ON p.cutoff = f.cutoff AND p.segment = g.previous_segment
JOIN `ebb_spine` AS s ON s.cutoff = f.cutoff AND s.user_index = g.user_index
GROUP BY s.cutoff, s.user_index;
WITH measured AS (
  SELECT s.user_index, s.cutoff, CAST(s.label AS SMALLINT) AS label, s.churn_kind,
    (CAST(bg0.c0 AS DOUBLE) / NULLIF(bg0.c1, 0)) AS `gaps_0`,
    SQRT((CAST((bg0.c2 * bg0.c4 - bg0.c3 * bg0.c3) AS DOUBLE) / NULLIF((bg0.c2 * (bg0.c2 - 1)), 0))) AS `gaps_1`,
    CAST((bg1.c0 % NULLIF(1000000, 0)) AS INT) AS `gaps_2`,
    CAST(datediff(s.cutoff, bg1.c1) AS INT) AS `gaps_3`
  FROM `ebb_spine` AS s
  LEFT JOIN `ebb_gap_values_0` AS bg0 ON bg0.cutoff = s.cutoff AND bg0.user_index = s.user_index
  LEFT JOIN `ebb_gap_values_1` AS bg1 ON bg1.cutoff = s.cutoff AND bg1.user_index = s.user_index
)
SELECT user_index,
  cutoff,
  label,
  churn_kind,
  `gaps_0`,
  `gaps_1`,
  `gaps_2`,
  `gaps_3`
FROM measured
ORDER BY cutoff, user_index;

-- levels
DROP VIEW IF EXISTS `ebb_level_segments_0`;
CACHE TABLE `ebb_level_segments_0` AS
SELECT e.user_index, COALESCE(cal.segment, 0) AS segment, lv_category.code AS code, COUNT(*) AS n
FROM t_events AS e
LEFT JOIN `ebb_calendar` AS cal ON cal.day = e.event_day
LEFT JOIN `ebb_levels_category` AS lv_category ON lv_category.level = e.category
WHERE e.event_day < DATE '2024-04-01' AND lv_category.code IS NOT NULL AND e.event_type = 'o\'rder'
GROUP BY e.user_index, COALESCE(cal.segment, 0), lv_category.code;
DROP VIEW IF EXISTS `ebb_level_values_0`;
CACHE TABLE `ebb_level_values_0` AS
SELECT n.cutoff, n.user_index,
  COUNT(n.n_d30) AS levels_d30,
  MAX(n.n_d30) AS top_d30,
  SUM(CAST(n.n_d30 AS BIGINT)) AS total_d30,
  SUM(CAST(n.n_d30 * n.n_d30 AS BIGINT)) AS squares_d30,
  SUM(CAST(CAST(round(CAST(n.n_d30 AS DOUBLE) * LN(CAST(n.n_d30 AS DOUBLE)) * 10000000000) AS BIGINT) AS BIGINT)) AS logs_d30,
  COUNT(n.n_lifetime) AS levels_lifetime,
  MAX(n.n_lifetime) AS top_lifetime,
  SUM(CAST(n.n_lifetime AS BIGINT)) AS total_lifetime,
  SUM(CAST(n.n_lifetime * n.n_lifetime AS BIGINT)) AS squares_lifetime,
  SUM(CAST(CAST(round(CAST(n.n_lifetime AS DOUBLE) * LN(CAST(n.n_lifetime AS DOUBLE)) * 10000000000) AS BIGINT) AS BIGINT)) AS logs_lifetime
FROM (
  SELECT s.cutoff, s.user_index, g.code,
    SUM(CAST(CASE WHEN f.in_d30 THEN g.n END AS BIGINT)) AS n_d30,
    SUM(CAST(g.n AS BIGINT)) AS n_lifetime
  FROM `ebb_level_segments_0` AS g
  JOIN `ebb_flags` AS f ON f.segment = g.segment
JOIN `ebb_spine` AS s ON s.cutoff = f.cutoff AND s.user_index = g.user_index
  GROUP BY s.cutoff, s.user_index, g.code
) AS n
GROUP BY n.cutoff, n.user_index;
WITH measured AS (
  SELECT s.user_index, s.cutoff, CAST(s.label AS SMALLINT) AS label, s.churn_kind,
    CASE WHEN bv0.levels_d30 = 1 THEN CAST(0 AS DOUBLE) ELSE LN(CAST(bv0.total_d30 AS DOUBLE)) - (CAST((CAST(bv0.logs_d30 AS DOUBLE) / 10000000000) AS DOUBLE) / NULLIF(bv0.total_d30, 0)) END AS `levels_0`,
    (CAST(bv0.top_lifetime AS DOUBLE) / NULLIF(bv0.total_lifetime, 0)) AS `levels_1`
  FROM `ebb_spine` AS s
  LEFT JOIN `ebb_level_values_0` AS bv0 ON bv0.cutoff = s.cutoff AND bv0.user_index = s.user_index
)
SELECT user_index,
  cutoff,
  label,
  churn_kind,
  `levels_0`,
  `levels_1`
FROM measured
ORDER BY cutoff, user_index;

-- intervals
DROP VIEW IF EXISTS `ebb_interval_segments_0`;
CACHE TABLE `ebb_interval_segments_0` AS
SELECT q.user_index, q.segment, q.previous_segment, COUNT(*) AS n,
  SUM(CAST(q.step AS BIGINT)) AS t, SUM(CAST(q.step * q.step AS DECIMAL(38, 0))) AS q
FROM (
  SELECT e.user_index, COALESCE(cal.segment, 0) AS segment, LAG(COALESCE(cal.segment, 0)) OVER (PARTITION BY e.user_index ORDER BY e.event_time) AS previous_segment,
    (unix_micros(CAST(e.event_time AS TIMESTAMP_LTZ)) DIV NULLIF(1000000, 0)) - LAG((unix_micros(CAST(e.event_time AS TIMESTAMP_LTZ)) DIV NULLIF(1000000, 0))) OVER (PARTITION BY e.user_index ORDER BY e.event_time) AS step
  FROM t_events AS e
  LEFT JOIN `ebb_calendar` AS cal ON cal.day = e.event_day
  WHERE e.event_day < DATE '2024-04-01' AND e.event_type = 'o\'rder'
) AS q
WHERE q.step IS NOT NULL
GROUP BY q.user_index, q.segment, q.previous_segment;
DROP VIEW IF EXISTS `ebb_interval_values_0`;
CACHE TABLE `ebb_interval_values_0` AS
SELECT s.cutoff, s.user_index,
  SUM(CAST(CASE WHEN f.in_d30 AND p.in_d30 THEN g.n END AS BIGINT)) AS n_d30, SUM(CAST(CASE WHEN f.in_d30 AND p.in_d30 THEN g.t END AS BIGINT)) AS t_d30,
  SUM(CAST(CASE WHEN f.in_d30 AND p.in_d30 THEN g.q END AS DECIMAL(38, 0))) AS q_d30,
  SUM(CAST(g.n AS BIGINT)) AS n_lifetime, SUM(CAST(g.t AS BIGINT)) AS t_lifetime,
  SUM(CAST(g.q AS DECIMAL(38, 0))) AS q_lifetime
FROM `ebb_interval_segments_0` AS g
JOIN `ebb_flags` AS f ON f.segment = g.segment
JOIN `ebb_flags` AS p ON p.cutoff = f.cutoff AND p.segment = g.previous_segment
JOIN `ebb_spine` AS s ON s.cutoff = f.cutoff AND s.user_index = g.user_index
GROUP BY s.cutoff, s.user_index;
WITH measured AS (
  SELECT s.user_index, s.cutoff, CAST(s.label AS SMALLINT) AS label, s.churn_kind,
    (CAST(bi0.t_d30 AS DOUBLE) / NULLIF((bi0.n_d30 * 86400), 0)) AS `intervals_0`,
    (SQRT((CAST((bi0.n_lifetime * bi0.q_lifetime - CAST(bi0.t_lifetime AS DECIMAL(38, 0)) * bi0.t_lifetime) AS DOUBLE) / NULLIF((bi0.n_lifetime * (bi0.n_lifetime - 1)), 0))) / 86400) AS `intervals_1`
  FROM `ebb_spine` AS s
  LEFT JOIN `ebb_interval_values_0` AS bi0 ON bi0.cutoff = s.cutoff AND bi0.user_index = s.user_index
)
SELECT user_index,
  cutoff,
  label,
  churn_kind,
  `intervals_0`,
  `intervals_1`
FROM measured
ORDER BY cutoff, user_index;

-- sessions
DROP VIEW IF EXISTS `ebb_session_segments_0`;
CACHE TABLE `ebb_session_segments_0` AS
SELECT q.user_index, q.segment, q.previous_segment, COUNT(*) AS n,
  COUNT(*) FILTER (WHERE q.step IS NULL OR q.step > 1800000000) AS begins,
  SUM(CAST(CASE WHEN q.step <= 1800000000 THEN q.step END AS BIGINT)) AS inside
FROM (
  SELECT e.user_index, COALESCE(cal.segment, 0) AS segment,
    COALESCE(LAG(COALESCE(cal.segment, 0)) OVER (PARTITION BY e.user_index ORDER BY e.event_time), -1) AS previous_segment,
    unix_micros(CAST(e.event_time AS TIMESTAMP_LTZ)) - LAG(unix_micros(CAST(e.event_time AS TIMESTAMP_LTZ))) OVER (PARTITION BY e.user_index ORDER BY e.event_time) AS step
  FROM t_events AS e
  LEFT JOIN `ebb_calendar` AS cal ON cal.day = e.event_day
  WHERE e.event_day < DATE '2024-04-01' AND e.event_type = 'o\'rder'
) AS q
GROUP BY q.user_index, q.segment, q.previous_segment;
DROP VIEW IF EXISTS `ebb_session_values_0`;
CACHE TABLE `ebb_session_values_0` AS
SELECT s.cutoff, s.user_index,
  SUM(CAST(CASE WHEN f.in_d30 THEN CASE WHEN p.in_d30 THEN g.begins ELSE g.n END END AS BIGINT)) AS n_d30,
  COALESCE(SUM(CAST(CASE WHEN f.in_d30 AND p.in_d30 THEN g.inside END AS BIGINT)), 0) AS t_d30,
  SUM(CAST(CASE WHEN f.in_lifetime THEN CASE WHEN p.in_lifetime THEN g.begins ELSE g.n END END AS BIGINT)) AS n_lifetime,
  COALESCE(SUM(CAST(CASE WHEN f.in_lifetime AND p.in_lifetime THEN g.inside END AS BIGINT)), 0) AS t_lifetime
FROM `ebb_session_segments_0` AS g
JOIN `ebb_flags` AS f ON f.segment = g.segment
LEFT JOIN `ebb_flags` AS p ON p.cutoff = f.cutoff AND p.segment = g.previous_segment
JOIN `ebb_spine` AS s ON s.cutoff = f.cutoff AND s.user_index = g.user_index
GROUP BY s.cutoff, s.user_index;
WITH measured AS (
  SELECT s.user_index, s.cutoff, CAST(s.label AS SMALLINT) AS label, s.churn_kind,
    COALESCE(bs0.n_d30, 0) AS `sessions_0`,
    (CAST(bs0.t_lifetime AS DOUBLE) / NULLIF((bs0.n_lifetime * 60000000), 0)) AS `sessions_1`
  FROM `ebb_spine` AS s
  LEFT JOIN `ebb_session_values_0` AS bs0 ON bs0.cutoff = s.cutoff AND bs0.user_index = s.user_index
)
SELECT user_index,
  cutoff,
  label,
  churn_kind,
  `sessions_0`,
  `sessions_1`
FROM measured
ORDER BY cutoff, user_index;
