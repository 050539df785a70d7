-- no_event_in_window
DROP VIEW IF EXISTS `ebb_window_days_0`;
CACHE TABLE `ebb_window_days_0` AS
SELECT c.cutoff, d.day
FROM `ebb_cutoffs` AS c JOIN (SELECT explode(CASE WHEN DATE '2024-03-04' < DATE '2024-05-04' THEN sequence(DATE '2024-03-04', date_add(DATE '2024-05-04', -1), INTERVAL '1' DAY) END) AS day) AS d ON (d.day >= date_add(c.cutoff, CAST(3 AS INT)) AND d.day < date_add(c.cutoff, CAST(33 AS INT)));
DROP VIEW IF EXISTS `ebb_stayed_0`;
CACHE TABLE `ebb_stayed_0` AS
SELECT DISTINCT d.cutoff, e.user_index
FROM (
  SELECT DISTINCT e.user_index, e.event_day
  FROM t_events AS e
  WHERE e.event_type IN ('buy') AND e.event_day < DATE '2024-06-01'
) AS e
JOIN `ebb_window_days_0` AS d ON d.day = e.event_day;
DROP VIEW IF EXISTS `ebb_population`;
CACHE TABLE `ebb_population` AS
SELECT p.cutoff, p.user_index, p.status,
  CAST(CASE WHEN p.status = 'example' THEN p.label END AS INT) AS label,
  CASE WHEN p.status = 'example' AND p.label = 1 THEN p.churn_kind END AS churn_kind
FROM (
  SELECT c.cutoff, u.user_index,
    CASE WHEN FALSE THEN 'already_churned'
    WHEN FALSE THEN 'churned_in_gap'
    ELSE 'example' END AS status,
    CASE WHEN l0.user_index IS NULL THEN 1 ELSE 0 END AS label,
    CASE WHEN FALSE THEN 'active' ELSE 'passive' END AS churn_kind
  FROM `ebb_seen` AS u
  JOIN `ebb_cutoffs` AS c ON u.first_seen < c.cutoff
  LEFT JOIN `ebb_stayed_0` AS l0 ON l0.cutoff = c.cutoff AND l0.user_index = u.user_index
) AS p;
DROP VIEW IF EXISTS `ebb_spine`;
CACHE TABLE `ebb_spine` AS
SELECT p.cutoff, p.user_index, p.label, p.churn_kind
FROM `ebb_population` AS p
WHERE p.status = 'example';
WITH measured AS (
  SELECT s.user_index, s.cutoff, CAST(s.label AS SMALLINT) AS label, s.churn_kind
  FROM `ebb_spine` AS s
  
)
SELECT user_index,
  cutoff,
  label,
  churn_kind
FROM measured
ORDER BY cutoff, user_index;

-- event_in_window
DROP VIEW IF EXISTS `ebb_window_days_0`;
CACHE TABLE `ebb_window_days_0` AS
SELECT c.cutoff, d.day
FROM `ebb_cutoffs` AS c JOIN (SELECT explode(CASE WHEN DATE '2024-03-04' < DATE '2024-05-04' THEN sequence(DATE '2024-03-04', date_add(DATE '2024-05-04', -1), INTERVAL '1' DAY) END) AS day) AS d ON (d.day >= date_add(c.cutoff, CAST(3 AS INT)) AND d.day < date_add(c.cutoff, CAST(33 AS INT)));
DROP VIEW IF EXISTS `ebb_stayed_0`;
CACHE TABLE `ebb_stayed_0` AS
SELECT DISTINCT d.cutoff, e.user_index
FROM (
  SELECT DISTINCT e.user_index, e.event_day
  FROM t_events AS e
  WHERE e.event_type IN ('up\'grade') AND e.event_day < DATE '2024-06-01'
) AS e
JOIN `ebb_window_days_0` AS d ON d.day = e.event_day;
DROP VIEW IF EXISTS `ebb_population`;
CACHE TABLE `ebb_population` AS
SELECT p.cutoff, p.user_index, p.status,
  CAST(CASE WHEN p.status = 'example' THEN p.label END AS INT) AS label,
  CASE WHEN p.status = 'example' AND p.label = 1 THEN p.churn_kind END AS churn_kind
FROM (
  SELECT c.cutoff, u.user_index,
    CASE WHEN FALSE THEN 'already_churned'
    WHEN FALSE THEN 'churned_in_gap'
    ELSE 'example' END AS status,
    CASE WHEN l0.user_index IS NOT NULL THEN 1 ELSE 0 END AS label,
    CASE WHEN (l0.user_index IS NOT NULL) THEN 'active' ELSE 'passive' END AS churn_kind
  FROM `ebb_seen` AS u
  JOIN `ebb_cutoffs` AS c ON u.first_seen < c.cutoff
  LEFT JOIN `ebb_stayed_0` AS l0 ON l0.cutoff = c.cutoff AND l0.user_index = u.user_index
) AS p;
DROP VIEW IF EXISTS `ebb_spine`;
CACHE TABLE `ebb_spine` AS
SELECT p.cutoff, p.user_index, p.label, p.churn_kind
FROM `ebb_population` AS p
WHERE p.status = 'example';
WITH measured AS (
  SELECT s.user_index, s.cutoff, CAST(s.label AS SMALLINT) AS label, s.churn_kind
  FROM `ebb_spine` AS s
  
)
SELECT user_index,
  cutoff,
  label,
  churn_kind
FROM measured
ORDER BY cutoff, user_index;

-- churn_date
DROP VIEW IF EXISTS `ebb_churns_0`;
CACHE TABLE `ebb_churns_0` AS
SELECT q.user_index, date_add(q.event_day, CAST(30 AS INT)) AS churn_day, date_add(q.event_day, CAST(30 AS INT)) AS known_day, q.returned_day
FROM (
  SELECT e.user_index, e.event_day,
    LEAD(e.event_day) OVER (PARTITION BY e.user_index ORDER BY e.event_day) AS next_day,
    MIN(e.seen_day) OVER (PARTITION BY e.user_index ORDER BY e.event_day
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS returned_day
  FROM (
    SELECT e.user_index, e.event_day, MIN(e.event_day) AS seen_day
    FROM t_events AS e
    WHERE e.event_type IN ('buy') AND e.event_day < DATE '2024-06-01'
    GROUP BY e.user_index, e.event_day
  ) AS e
) AS q
WHERE q.next_day IS NULL OR q.next_day > date_add(q.event_day, CAST(30 AS INT));
DROP VIEW IF EXISTS `ebb_churned_0`;
CACHE TABLE `ebb_churned_0` AS
SELECT c.cutoff, m.user_index,
  bool_or(m.known_day < c.cutoff AND (m.returned_day IS NULL OR m.returned_day >= c.cutoff)) AS already, bool_or(m.known_day >= c.cutoff AND m.churn_day < date_add(c.cutoff, CAST(3 AS INT))) AS in_gap,
  bool_or((m.churn_day >= date_add(c.cutoff, CAST(3 AS INT)) AND m.churn_day < date_add(c.cutoff, CAST(33 AS INT)))) AS churned
FROM `ebb_churns_0` AS m JOIN `ebb_cutoffs` AS c ON m.churn_day < date_add(c.cutoff, CAST(33 AS INT))
GROUP BY c.cutoff, m.user_index;
DROP VIEW IF EXISTS `ebb_population`;
CACHE TABLE `ebb_population` AS
SELECT p.cutoff, p.user_index, p.status,
  CAST(CASE WHEN p.status = 'example' THEN p.label END AS INT) AS label,
  CASE WHEN p.status = 'example' AND p.label = 1 THEN p.churn_kind END AS churn_kind
FROM (
  SELECT c.cutoff, u.user_index,
    CASE WHEN COALESCE(l0.already, FALSE) THEN 'already_churned'
    WHEN COALESCE(l0.in_gap, FALSE) THEN 'churned_in_gap'
    ELSE 'example' END AS status,
    CASE WHEN COALESCE(l0.churned, FALSE) THEN 1 ELSE 0 END AS label,
    CASE WHEN FALSE THEN 'active' ELSE 'passive' END AS churn_kind
  FROM `ebb_seen` AS u
  JOIN `ebb_cutoffs` AS c ON u.first_seen < c.cutoff
  LEFT JOIN `ebb_churned_0` AS l0 ON l0.cutoff = c.cutoff AND l0.user_index = u.user_index
) AS p;
DROP VIEW IF EXISTS `ebb_spine`;
CACHE TABLE `ebb_spine` AS
SELECT p.cutoff, p.user_index, p.label, p.churn_kind
FROM `ebb_population` AS p
WHERE p.status = 'example';
WITH measured AS (
  SELECT s.user_index, s.cutoff, CAST(s.label AS SMALLINT) AS label, s.churn_kind
  FROM `ebb_spine` AS s
  
)
SELECT user_index,
  cutoff,
  label,
  churn_kind
FROM measured
ORDER BY cutoff, user_index;

-- explicit
DROP VIEW IF EXISTS `ebb_churns_0`;
CACHE TABLE `ebb_churns_0` AS
SELECT e.user_index, e.event_day AS churn_day, e.seen_day AS known_day, e.is_involuntary,
  MIN(r.event_day) AS returned_day
FROM (
  SELECT DISTINCT e.user_index, e.event_time, e.event_day, e.event_day AS seen_day, e.event_type IN ('failed') AS is_involuntary
  FROM t_events AS e
  WHERE e.event_type IN ('cancel', 'failed') AND e.event_day < DATE '2024-06-01'
) AS e
LEFT JOIN t_events AS r
  ON r.user_index = e.user_index AND r.event_time > e.event_time AND r.event_day < DATE '2024-06-01' AND r.event_type IN ('buy')
GROUP BY e.user_index, e.event_time, e.event_day, e.seen_day, e.is_involuntary;
DROP VIEW IF EXISTS `ebb_churned_0`;
CACHE TABLE `ebb_churned_0` AS
SELECT c.cutoff, m.user_index,
  bool_or(m.known_day < c.cutoff AND (m.returned_day IS NULL OR m.returned_day >= c.cutoff)) AS already, bool_or(m.known_day >= c.cutoff AND m.churn_day < date_add(c.cutoff, CAST(3 AS INT))) AS in_gap,
  bool_or((m.churn_day >= date_add(c.cutoff, CAST(3 AS INT)) AND m.churn_day < date_add(c.cutoff, CAST(33 AS INT)))) AS churned,
  bool_or((m.churn_day >= date_add(c.cutoff, CAST(3 AS INT)) AND m.churn_day < date_add(c.cutoff, CAST(33 AS INT))) AND NOT m.is_involuntary) AS voluntary, bool_or((m.churn_day >= date_add(c.cutoff, CAST(3 AS INT)) AND m.churn_day < date_add(c.cutoff, CAST(33 AS INT))) AND m.is_involuntary) AS involuntary
FROM `ebb_churns_0` AS m JOIN `ebb_cutoffs` AS c ON m.churn_day < date_add(c.cutoff, CAST(33 AS INT))
GROUP BY c.cutoff, m.user_index;
DROP VIEW IF EXISTS `ebb_population`;
CACHE TABLE `ebb_population` AS
SELECT p.cutoff, p.user_index, p.status,
  CAST(CASE WHEN p.status = 'example' THEN p.label END AS INT) AS label,
  CASE WHEN p.status = 'example' AND p.label = 1 THEN p.churn_kind END AS churn_kind,
  CASE WHEN p.status = 'example' AND p.label = 1 THEN p.churn_will END AS churn_will
FROM (
  SELECT c.cutoff, u.user_index,
    CASE WHEN COALESCE(l0.already, FALSE) THEN 'already_churned'
    WHEN COALESCE(l0.in_gap, FALSE) THEN 'churned_in_gap'
    ELSE 'example' END AS status,
    CASE WHEN COALESCE(l0.churned, FALSE) THEN 1 ELSE 0 END AS label,
    CASE WHEN (COALESCE(l0.churned, FALSE)) THEN 'active' ELSE 'passive' END AS churn_kind,
    CASE WHEN (COALESCE(l0.voluntary, FALSE)) THEN 'voluntary' WHEN (COALESCE(l0.involuntary, FALSE)) THEN 'involuntary' END AS churn_will
  FROM `ebb_seen` AS u
  JOIN `ebb_cutoffs` AS c ON u.first_seen < c.cutoff
  LEFT JOIN `ebb_churned_0` AS l0 ON l0.cutoff = c.cutoff AND l0.user_index = u.user_index
) AS p;
DROP VIEW IF EXISTS `ebb_spine`;
CACHE TABLE `ebb_spine` AS
SELECT p.cutoff, p.user_index, p.label, p.churn_kind, p.churn_will
FROM `ebb_population` AS p
WHERE p.status = 'example';
WITH measured AS (
  SELECT s.user_index, s.cutoff, CAST(s.label AS SMALLINT) AS label, s.churn_kind, s.churn_will
  FROM `ebb_spine` AS s
  
)
SELECT user_index,
  cutoff,
  label,
  churn_kind,
  churn_will
FROM measured
ORDER BY cutoff, user_index;

-- contract
DROP VIEW IF EXISTS `ebb_churns_0`;
CACHE TABLE `ebb_churns_0` AS
SELECT q.user_index, q.churn_day, q.known_day, q.is_involuntary, q.returned_day
FROM (
  SELECT e.user_index, e.ends AS churn_day, date_add(e.ends, CAST(5 AS INT)) AS known_day, FALSE AS is_involuntary,
    MIN(CASE WHEN o.begins > date_add(e.ends, CAST(5 AS INT)) THEN o.begins END) AS returned_day
  FROM (
  SELECT r.user_index, r.valid_from AS begins, r.`ends` AS ends, CAST(NULL AS STRING) AS reason
  FROM t_contracts AS r
  WHERE (r.valid_from IS NULL OR r.valid_from < DATE '2024-06-01') AND (r.valid_from IS NULL OR r.`ends` IS NULL OR r.`ends` > r.valid_from)
  ) AS e
  LEFT JOIN (
  SELECT r.user_index, r.valid_from AS begins, r.`ends` AS ends, CAST(NULL AS STRING) AS reason
  FROM t_contracts AS r
  WHERE (r.valid_from IS NULL OR r.valid_from < DATE '2024-06-01') AND (r.valid_from IS NULL OR r.`ends` IS NULL OR r.`ends` > r.valid_from)
  ) AS o ON o.user_index = e.user_index
  WHERE e.ends IS NOT NULL
  GROUP BY e.user_index, e.ends, e.reason
  HAVING COUNT(*) FILTER (WHERE (o.ends IS NULL OR o.ends > e.ends) AND (o.begins IS NULL OR o.begins <= date_add(e.ends, CAST(5 AS INT)))) = 0
) AS q;
DROP VIEW IF EXISTS `ebb_churned_0`;
CACHE TABLE `ebb_churned_0` AS
SELECT c.cutoff, m.user_index,
  bool_or(m.known_day < c.cutoff AND (m.returned_day IS NULL OR m.returned_day >= c.cutoff)) AS already, bool_or(m.known_day >= c.cutoff AND m.churn_day < date_add(c.cutoff, CAST(3 AS INT))) AS in_gap,
  bool_or((m.churn_day >= date_add(c.cutoff, CAST(3 AS INT)) AND m.churn_day < date_add(c.cutoff, CAST(33 AS INT)))) AS churned
FROM `ebb_churns_0` AS m JOIN `ebb_cutoffs` AS c ON m.churn_day < date_add(c.cutoff, CAST(33 AS INT))
GROUP BY c.cutoff, m.user_index;
DROP VIEW IF EXISTS `ebb_population`;
CACHE TABLE `ebb_population` AS
SELECT p.cutoff, p.user_index, p.status,
  CAST(CASE WHEN p.status = 'example' THEN p.label END AS INT) AS label,
  CASE WHEN p.status = 'example' AND p.label = 1 THEN p.churn_kind END AS churn_kind
FROM (
  SELECT c.cutoff, u.user_index,
    CASE WHEN COALESCE(l0.already, FALSE) THEN 'already_churned'
    WHEN COALESCE(l0.in_gap, FALSE) THEN 'churned_in_gap'
    ELSE 'example' END AS status,
    CASE WHEN COALESCE(l0.churned, FALSE) THEN 1 ELSE 0 END AS label,
    CASE WHEN (COALESCE(l0.churned, FALSE)) THEN 'active' ELSE 'passive' END AS churn_kind
  FROM `ebb_seen` AS u
  JOIN `ebb_cutoffs` AS c ON u.first_seen < c.cutoff
  LEFT JOIN `ebb_churned_0` AS l0 ON l0.cutoff = c.cutoff AND l0.user_index = u.user_index
) AS p;
DROP VIEW IF EXISTS `ebb_spine`;
CACHE TABLE `ebb_spine` AS
SELECT p.cutoff, p.user_index, p.label, p.churn_kind
FROM `ebb_population` AS p
WHERE p.status = 'example';
WITH measured AS (
  SELECT s.user_index, s.cutoff, CAST(s.label AS SMALLINT) AS label, s.churn_kind
  FROM `ebb_spine` AS s
  
)
SELECT user_index,
  cutoff,
  label,
  churn_kind
FROM measured
ORDER BY cutoff, user_index;

-- partial
DROP VIEW IF EXISTS `ebb_partial_days_0`;
CACHE TABLE `ebb_partial_days_0` AS
SELECT c.cutoff, d.day, d.day < c.cutoff AS is_past
FROM `ebb_cutoffs` AS c JOIN (SELECT explode(CASE WHEN date_add(DATE '2024-03-01', CAST(-60 AS INT)) < DATE '2024-05-04' THEN sequence(date_add(DATE '2024-03-01', CAST(-60 AS INT)), date_add(DATE '2024-05-04', -1), INTERVAL '1' DAY) END) AS day) AS d ON (d.day >= date_add(c.cutoff, CAST(3 AS INT)) AND d.day < date_add(c.cutoff, CAST(33 AS INT))) OR (d.day >= date_add(c.cutoff, CAST(-60 AS INT)) AND d.day < c.cutoff);
DROP VIEW IF EXISTS `ebb_partial_0`;
CACHE TABLE `ebb_partial_0` AS
SELECT d.cutoff, e.user_index, SUM(CAST(CASE WHEN d.is_past THEN e.v END AS BIGINT)) AS past, SUM(CAST(CASE WHEN NOT d.is_past THEN e.v END AS BIGINT)) AS ahead
FROM (
  SELECT e.user_index, e.event_day, SUM(CAST(e.amount_cents AS BIGINT)) AS v
  FROM t_events AS e
  WHERE e.event_type IN ('buy') AND e.event_day < DATE '2024-06-01'
  GROUP BY e.user_index, e.event_day
) AS e
JOIN `ebb_partial_days_0` AS d ON d.day = e.event_day
GROUP BY d.cutoff, e.user_index;
DROP VIEW IF EXISTS `ebb_population`;
CACHE TABLE `ebb_population` AS
SELECT p.cutoff, p.user_index, p.status,
  CAST(CASE WHEN p.status = 'example' THEN p.label END AS INT) AS label,
  CASE WHEN p.status = 'example' AND p.label = 1 THEN p.churn_kind END AS churn_kind
FROM (
  SELECT c.cutoff, u.user_index,
    CASE WHEN FALSE THEN 'already_churned'
    WHEN FALSE THEN 'churned_in_gap'
    ELSE 'example' END AS status,
    CASE WHEN (COALESCE(l0.past, 0) > 0 AND CAST(COALESCE(l0.ahead, 0) AS DECIMAL(38, 0)) * 6000 <= CAST(l0.past AS DECIMAL(38, 0)) * 1800) THEN 1 ELSE 0 END AS label,
    CASE WHEN FALSE THEN 'active' ELSE 'passive' END AS churn_kind
  FROM `ebb_seen` AS u
  JOIN `ebb_cutoffs` AS c ON u.first_seen < c.cutoff
  LEFT JOIN `ebb_partial_0` AS l0 ON l0.cutoff = c.cutoff AND l0.user_index = u.user_index
) AS p;
DROP VIEW IF EXISTS `ebb_spine`;
CACHE TABLE `ebb_spine` AS
SELECT p.cutoff, p.user_index, p.label, p.churn_kind
FROM `ebb_population` AS p
WHERE p.status = 'example';
WITH measured AS (
  SELECT s.user_index, s.cutoff, CAST(s.label AS SMALLINT) AS label, s.churn_kind
  FROM `ebb_spine` AS s
  
)
SELECT user_index,
  cutoff,
  label,
  churn_kind
FROM measured
ORDER BY cutoff, user_index;

-- any
DROP VIEW IF EXISTS `ebb_churns_0`;
CACHE TABLE `ebb_churns_0` AS
SELECT e.user_index, e.event_day AS churn_day, e.seen_day AS known_day, e.is_involuntary,
  MIN(r.event_day) AS returned_day
FROM (
  SELECT DISTINCT e.user_index, e.event_time, e.event_day, e.event_day AS seen_day, e.event_type IN ('failed') AS is_involuntary
  FROM t_events AS e
  WHERE e.event_type IN ('cancel', 'failed') AND e.event_day < DATE '2024-06-01'
) AS e
LEFT JOIN t_events AS r
  ON r.user_index = e.user_index AND r.event_time > e.event_time AND r.event_day < DATE '2024-06-01' AND r.event_type IN ('buy')
GROUP BY e.user_index, e.event_time, e.event_day, e.seen_day, e.is_involuntary;
DROP VIEW IF EXISTS `ebb_churned_0`;
CACHE TABLE `ebb_churned_0` AS
SELECT c.cutoff, m.user_index,
  bool_or(m.known_day < c.cutoff AND (m.returned_day IS NULL OR m.returned_day >= c.cutoff)) AS already, bool_or(m.known_day >= c.cutoff AND m.churn_day < date_add(c.cutoff, CAST(3 AS INT))) AS in_gap,
  bool_or((m.churn_day >= date_add(c.cutoff, CAST(3 AS INT)) AND m.churn_day < date_add(c.cutoff, CAST(33 AS INT)))) AS churned,
  bool_or((m.churn_day >= date_add(c.cutoff, CAST(3 AS INT)) AND m.churn_day < date_add(c.cutoff, CAST(33 AS INT))) AND NOT m.is_involuntary) AS voluntary, bool_or((m.churn_day >= date_add(c.cutoff, CAST(3 AS INT)) AND m.churn_day < date_add(c.cutoff, CAST(33 AS INT))) AND m.is_involuntary) AS involuntary
FROM `ebb_churns_0` AS m JOIN `ebb_cutoffs` AS c ON m.churn_day < date_add(c.cutoff, CAST(33 AS INT))
GROUP BY c.cutoff, m.user_index;
DROP VIEW IF EXISTS `ebb_window_days_1`;
CACHE TABLE `ebb_window_days_1` AS
SELECT c.cutoff, d.day
FROM `ebb_cutoffs` AS c JOIN (SELECT explode(CASE WHEN DATE '2024-03-04' < DATE '2024-05-04' THEN sequence(DATE '2024-03-04', date_add(DATE '2024-05-04', -1), INTERVAL '1' DAY) END) AS day) AS d ON (d.day >= date_add(c.cutoff, CAST(3 AS INT)) AND d.day < date_add(c.cutoff, CAST(33 AS INT)));
DROP VIEW IF EXISTS `ebb_stayed_1`;
CACHE TABLE `ebb_stayed_1` AS
SELECT DISTINCT d.cutoff, e.user_index
FROM (
  SELECT DISTINCT e.user_index, e.event_day
  FROM t_events AS e
  WHERE e.event_type IN ('buy') AND e.event_day < DATE '2024-06-01'
) AS e
JOIN `ebb_window_days_1` AS d ON d.day = e.event_day;
DROP VIEW IF EXISTS `ebb_population`;
CACHE TABLE `ebb_population` AS
SELECT p.cutoff, p.user_index, p.status,
  CAST(CASE WHEN p.status = 'example' THEN p.label END AS INT) AS label,
  CASE WHEN p.status = 'example' AND p.label = 1 THEN p.churn_kind END AS churn_kind,
  CASE WHEN p.status = 'example' AND p.label = 1 THEN p.churn_will END AS churn_will
FROM (
  SELECT c.cutoff, u.user_index,
    CASE WHEN (COALESCE(l0.already, FALSE)) THEN 'already_churned'
    WHEN (COALESCE(l0.in_gap, FALSE)) THEN 'churned_in_gap'
    ELSE 'example' END AS status,
    CASE WHEN (l1.user_index IS NULL OR COALESCE(l0.churned, FALSE)) THEN 1 ELSE 0 END AS label,
    CASE WHEN (COALESCE(l0.churned, FALSE)) THEN 'active' ELSE 'passive' END AS churn_kind,
    CASE WHEN (COALESCE(l0.voluntary, FALSE)) THEN 'voluntary' WHEN (COALESCE(l0.involuntary, FALSE)) THEN 'involuntary' END AS churn_will
  FROM `ebb_seen` AS u
  JOIN `ebb_cutoffs` AS c ON u.first_seen < c.cutoff
  LEFT JOIN `ebb_churned_0` AS l0 ON l0.cutoff = c.cutoff AND l0.user_index = u.user_index
  LEFT JOIN `ebb_stayed_1` AS l1 ON l1.cutoff = c.cutoff AND l1.user_index = u.user_index
) AS p;
DROP VIEW IF EXISTS `ebb_spine`;
CACHE TABLE `ebb_spine` AS
SELECT p.cutoff, p.user_index, p.label, p.churn_kind, p.churn_will
FROM `ebb_population` AS p
WHERE p.status = 'example';
WITH measured AS (
  SELECT s.user_index, s.cutoff, CAST(s.label AS SMALLINT) AS label, s.churn_kind, s.churn_will
  FROM `ebb_spine` AS s
  
)
SELECT user_index,
  cutoff,
  label,
  churn_kind,
  churn_will
FROM measured
ORDER BY cutoff, user_index;

-- all
DROP VIEW IF EXISTS `ebb_churns_0`;
CACHE TABLE `ebb_churns_0` AS
SELECT q.user_index, date_add(q.event_day, CAST(30 AS INT)) AS churn_day, date_add(q.event_day, CAST(30 AS INT)) AS known_day, q.returned_day
FROM (
  SELECT e.user_index, e.event_day,
    LEAD(e.event_day) OVER (PARTITION BY e.user_index ORDER BY e.event_day) AS next_day,
    MIN(e.seen_day) OVER (PARTITION BY e.user_index ORDER BY e.event_day
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS returned_day
  FROM (
    SELECT e.user_index, e.event_day, MIN(e.event_day) AS seen_day
    FROM t_events AS e
    WHERE e.event_type IN ('buy') AND e.event_day < DATE '2024-06-01'
    GROUP BY e.user_index, e.event_day
  ) AS e
) AS q
WHERE q.next_day IS NULL OR q.next_day > date_add(q.event_day, CAST(30 AS INT));
DROP VIEW IF EXISTS `ebb_churned_0`;
CACHE TABLE `ebb_churned_0` AS
SELECT c.cutoff, m.user_index,
  bool_or(m.known_day < c.cutoff AND (m.returned_day IS NULL OR m.returned_day >= c.cutoff)) AS already, bool_or(m.known_day >= c.cutoff AND m.churn_day < date_add(c.cutoff, CAST(3 AS INT))) AS in_gap,
  bool_or((m.churn_day >= date_add(c.cutoff, CAST(3 AS INT)) AND m.churn_day < date_add(c.cutoff, CAST(33 AS INT)))) AS churned
FROM `ebb_churns_0` AS m JOIN `ebb_cutoffs` AS c ON m.churn_day < date_add(c.cutoff, CAST(33 AS INT))
GROUP BY c.cutoff, m.user_index;
DROP VIEW IF EXISTS `ebb_window_days_1`;
CACHE TABLE `ebb_window_days_1` AS
SELECT c.cutoff, d.day
FROM `ebb_cutoffs` AS c JOIN (SELECT explode(CASE WHEN DATE '2024-03-04' < DATE '2024-05-04' THEN sequence(DATE '2024-03-04', date_add(DATE '2024-05-04', -1), INTERVAL '1' DAY) END) AS day) AS d ON (d.day >= date_add(c.cutoff, CAST(3 AS INT)) AND d.day < date_add(c.cutoff, CAST(33 AS INT)));
DROP VIEW IF EXISTS `ebb_stayed_1`;
CACHE TABLE `ebb_stayed_1` AS
SELECT DISTINCT d.cutoff, e.user_index
FROM (
  SELECT DISTINCT e.user_index, e.event_day
  FROM t_events AS e
  WHERE e.event_type IN ('buy') AND e.event_day < DATE '2024-06-01'
) AS e
JOIN `ebb_window_days_1` AS d ON d.day = e.event_day;
DROP VIEW IF EXISTS `ebb_population`;
CACHE TABLE `ebb_population` AS
SELECT p.cutoff, p.user_index, p.status,
  CAST(CASE WHEN p.status = 'example' THEN p.label END AS INT) AS label,
  CASE WHEN p.status = 'example' AND p.label = 1 THEN p.churn_kind END AS churn_kind
FROM (
  SELECT c.cutoff, u.user_index,
    CASE WHEN FALSE THEN 'already_churned'
    WHEN FALSE THEN 'churned_in_gap'
    ELSE 'example' END AS status,
    CASE WHEN ((l1.user_index IS NULL OR COALESCE(l0.churned, FALSE)) AND ((l1.user_index IS NULL) AND ((COALESCE(l0.already, FALSE) OR COALESCE(l0.in_gap, FALSE)) OR COALESCE(l0.churned, FALSE)))) THEN 1 ELSE 0 END AS label,
    CASE WHEN FALSE THEN 'active' ELSE 'passive' END AS churn_kind
  FROM `ebb_seen` AS u
  JOIN `ebb_cutoffs` AS c ON u.first_seen < c.cutoff
  LEFT JOIN `ebb_churned_0` AS l0 ON l0.cutoff = c.cutoff AND l0.user_index = u.user_index
  LEFT JOIN `ebb_stayed_1` AS l1 ON l1.cutoff = c.cutoff AND l1.user_index = u.user_index
) AS p;
DROP VIEW IF EXISTS `ebb_spine`;
CACHE TABLE `ebb_spine` AS
SELECT p.cutoff, p.user_index, p.label, p.churn_kind
FROM `ebb_population` AS p
WHERE p.status = 'example';
WITH measured AS (
  SELECT s.user_index, s.cutoff, CAST(s.label AS SMALLINT) AS label, s.churn_kind
  FROM `ebb_spine` AS s
  
)
SELECT user_index,
  cutoff,
  label,
  churn_kind
FROM measured
ORDER BY cutoff, user_index;
