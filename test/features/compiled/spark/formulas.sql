-- ratio
SELECT (CAST(d.a AS DOUBLE) / NULLIF(d.b, 0));

-- difference
SELECT CAST((d.a - d.b) AS DOUBLE);

-- product
SELECT (CAST(d.a AS DOUBLE) * d.b);

-- share
SELECT (CAST(d.a AS DOUBLE) / NULLIF((d.a + d.b), 0));

-- decay
SELECT (CAST((d.a + 1) AS DOUBLE) / NULLIF((d.b + 1), 0));

-- fade
SELECT (CAST(d.a AS DOUBLE) / NULLIF(((CAST(d.b AS DOUBLE) / NULLIF(90, 0)) + 1), 0));

-- slope
SELECT (CAST((((-3) * d.a + (-1) * d.b + (1) * d.c + (3) * d.e) * 6) AS DOUBLE) / NULLIF(60, 0));

-- rate
SELECT (CAST(d.a AS DOUBLE) / NULLIF(CASE WHEN d.b > 90 THEN 90 ELSE d.b END, 0));

-- below
SELECT CASE WHEN d.a < 90 THEN 1 WHEN d.a IS NOT NULL THEN 0 END;

-- countPositive
SELECT (CASE WHEN d.a > 0 THEN 1 WHEN d.a IS NOT NULL THEN 0 END + CASE WHEN d.b > 0 THEN 1 WHEN d.b IS NOT NULL THEN 0 END + CASE WHEN d.c > 0 THEN 1 WHEN d.c IS NOT NULL THEN 0 END + CASE WHEN d.e > 0 THEN 1 WHEN d.e IS NOT NULL THEN 0 END);

-- sum
SELECT CAST((d.a + d.b + d.c + d.e) AS DOUBLE);

-- largest
SELECT GREATEST(d.a, d.b, d.c, d.e);

-- concentration
SELECT (CAST((d.a * d.a + d.b * d.b + d.c * d.c + d.e * d.e) AS DOUBLE) / NULLIF(((d.a + d.b + d.c + d.e) * (d.a + d.b + d.c + d.e)), 0));

-- shift
SELECT (CAST((ABS(d.a * (d.c + d.e) - d.c * (d.a + d.b)) + ABS(d.b * (d.c + d.e) - d.e * (d.a + d.b))) AS DOUBLE) / NULLIF((2 * (d.a + d.b) * (d.c + d.e)), 0));
