-- The ten rules of `hangzhou` as an analyst would write them for DuckDB, without the product: the yardstick of `make bench`.
-- Reads the views of the lake's files; {known_at} is filled in. Local time is UTC+8; the policy is in force since 2020-02-11.
WITH withdrawn AS MATERIALIZED (
    -- A correction takes back what was known before it, any other reason whatever was or will be known.
    SELECT person_id, fact_type, withdrawn_fact_id AS fact_id,
           CASE reason WHEN 'corrected' THEN known_at ELSE TIMESTAMP '9999-01-01' END AS strikes_before
    FROM withdrawal WHERE known_at <= {known_at}
),
stay AS (
    SELECT person_id, region_code, from_at, until_at AS left_at, fact_id, true AS has_length FROM region_stay
    WHERE known_at <= {known_at} AND (region_code LIKE '42%' OR region_code LIKE '3303%')
      AND NOT EXISTS (FROM withdrawn w WHERE w.fact_type = 'region_stay' AND w.person_id = region_stay.person_id AND w.fact_id = region_stay.fact_id AND region_stay.known_at < w.strikes_before)
    UNION ALL
    SELECT person_id, from_region_code, from_at, from_at, fact_id, false FROM trip
    WHERE known_at <= {known_at} AND (from_region_code LIKE '42%' OR from_region_code LIKE '3303%')
      AND NOT EXISTS (FROM withdrawn w WHERE w.fact_type = 'trip' AND w.person_id = trip.person_id AND w.fact_id = trip.fact_id AND trip.known_at < w.strikes_before)
    UNION ALL
    SELECT person_id, came_from_region_code, from_at, from_at, fact_id, false FROM checkpoint_pass
    WHERE known_at <= {known_at} AND (came_from_region_code LIKE '42%' OR came_from_region_code LIKE '3303%')
      AND NOT EXISTS (FROM withdrawn w WHERE w.fact_type = 'checkpoint_pass' AND w.person_id = checkpoint_pass.person_id AND w.fact_id = checkpoint_pass.fact_id AND checkpoint_pass.known_at < w.strikes_before)
),
key_area AS MATERIALIZED (
    SELECT person_id, greatest(from_at, TIMESTAMP '2020-01-22 16:00') AS from_at, left_at, fact_id, has_length FROM stay
    WHERE region_code LIKE '42%'
      AND (left_at IS NULL OR left_at > TIMESTAMP '2020-01-22 16:00' OR from_at >= TIMESTAMP '2020-01-22 16:00')
),
watched_area AS (
    SELECT person_id, greatest(from_at, TIMESTAMP '2020-02-01 16:00') AS from_at,
           least(left_at, TIMESTAMP '2020-02-19 16:00') AS left_at, fact_id
    FROM stay
    WHERE region_code LIKE '3303%' AND from_at < TIMESTAMP '2020-02-19 16:00'
      AND (left_at IS NULL OR left_at > TIMESTAMP '2020-02-01 16:00' OR from_at >= TIMESTAMP '2020-02-01 16:00')
),
close_exposure AS MATERIALIZED (
    SELECT person_id, from_at, coalesce(until_at, from_at) AS last_at, fact_id FROM exposure
    WHERE known_at <= {known_at} AND contact_class = 'close'
      AND NOT EXISTS (FROM withdrawn w WHERE w.fact_type = 'exposure' AND w.person_id = exposure.person_id AND w.fact_id = exposure.fact_id AND exposure.known_at < w.strikes_before)
),
declaration AS MATERIALIZED (
    SELECT person_id, from_at, fact_id, contacted_case, symptoms <> '' OR coalesce(temperature_c >= 37.3, false) AS abnormal
    FROM health_declaration
    WHERE known_at <= {known_at} AND (contacted_case = 'yes' OR symptoms <> '' OR temperature_c >= 37.3)
      AND NOT EXISTS (FROM withdrawn w WHERE w.fact_type = 'health_declaration' AND w.person_id = health_declaration.person_id AND w.fact_id = health_declaration.fact_id AND health_declaration.known_at < w.strikes_before)
),
cause AS MATERIALIZED (
    SELECT 'close-contact' AS rule, 'red' AS colour, 14 AS days, person_id, from_at, last_at AS counts_from, fact_id FROM close_exposure
    UNION ALL SELECT 'declared-contact', 'red', 14, person_id, from_at, from_at, fact_id FROM declaration WHERE contacted_case = 'yes'
    UNION ALL SELECT 'came-from-key-area', 'red', 14, person_id, from_at, left_at, fact_id FROM key_area
    UNION ALL SELECT 'came-from-watched-area', 'yellow', 7, person_id, from_at, left_at, fact_id FROM watched_area
    UNION ALL SELECT 'symptoms-reported', 'yellow', 7, person_id, from_at, from_at, fact_id FROM declaration WHERE abnormal
    UNION ALL SELECT 'symptoms-reported', 'yellow', 7, person_id, from_at, from_at, fact_id FROM check_in
    WHERE known_at <= {known_at} AND (symptoms <> '' OR temperature_c >= 37.3)
      AND NOT EXISTS (FROM withdrawn w WHERE w.fact_type = 'check_in' AND w.person_id = check_in.person_id AND w.fact_id = check_in.fact_id AND check_in.known_at < w.strikes_before)
),
normal_day AS MATERIALIZED (
    SELECT person_id, CAST(from_at + INTERVAL 8 HOUR AS DATE) AS day, min(from_at) AS done_at
    FROM check_in
    WHERE known_at <= {known_at} AND person_id IN (SELECT person_id FROM cause)
      AND NOT EXISTS (FROM withdrawn w WHERE w.fact_type = 'check_in' AND w.person_id = check_in.person_id AND w.fact_id = check_in.fact_id AND check_in.known_at < w.strikes_before)
    GROUP BY ALL
    HAVING NOT bool_or(symptoms <> '' OR coalesce(temperature_c >= 37.3, false))
),
back AS (
    SELECT person_id, day, done_at, lag(day, 13) OVER person AS day_14, lag(day, 6) OVER person AS day_7
    FROM normal_day WINDOW person AS (PARTITION BY person_id ORDER BY day)
),
run AS MATERIALIZED (
    SELECT person_id, 14 AS days, day_14 AS first_day, done_at FROM back WHERE day_14 = day - 13
    UNION ALL SELECT person_id, 7, day_7, done_at FROM back WHERE day_7 = day - 6
),
ladder AS (
    SELECT c.rule, c.colour, c.person_id, c.from_at, min(r.done_at) AS until_at, c.fact_id, [c.fact_id] AS because
    FROM cause c LEFT JOIN run r
      ON r.person_id = c.person_id AND r.days = c.days AND r.first_day > CAST(c.counts_from + INTERVAL 8 HOUR AS DATE)
    GROUP BY c.rule, c.colour, c.person_id, c.from_at, c.counts_from, c.fact_id
),
step AS MATERIALIZED (
    SELECT person_id, from_at, fact_id, status FROM diagnosis
    WHERE known_at <= {known_at}
      AND NOT EXISTS (FROM withdrawn w WHERE w.fact_type = 'diagnosis' AND w.person_id = diagnosis.person_id AND w.fact_id = diagnosis.fact_id AND diagnosis.known_at < w.strikes_before)
),
diagnosed AS (
    SELECT CASE WHEN b.status = 'suspected' THEN 'suspected-case' ELSE 'confirmed-case' END AS rule, 'red' AS colour, b.person_id, b.from_at,
           min(e.from_at) AS until_at, b.fact_id, [b.fact_id] AS because
    FROM step b LEFT JOIN step e
      ON e.person_id = b.person_id AND e.from_at >= b.from_at
     AND (e.status = 'excluded' OR (b.status = 'suspected' AND e.status IN ('confirmed', 'clinically_confirmed'))
          OR (b.status <> 'suspected' AND e.status = 'discharged'))
    WHERE b.status IN ('suspected', 'confirmed', 'clinically_confirmed')
    GROUP BY b.status, b.person_id, b.from_at, b.fact_id
),
measure AS MATERIALIZED (
    SELECT person_id, from_at, fact_id, kind FROM medical_measure
    WHERE known_at <= {known_at}
      AND NOT EXISTS (FROM withdrawn w WHERE w.fact_type = 'medical_measure' AND w.person_id = medical_measure.person_id AND w.fact_id = medical_measure.fact_id AND medical_measure.known_at < w.strikes_before)
),
measured AS (
    SELECT CASE b.kind WHEN 'central' THEN 'central-isolation' ELSE 'home-observation' END AS rule,
           CASE b.kind WHEN 'central' THEN 'red' ELSE 'yellow' END AS colour,
           b.person_id, b.from_at, min(e.from_at) AS until_at, b.fact_id, [b.fact_id] AS because
    FROM measure b LEFT JOIN measure e ON e.person_id = b.person_id AND e.kind = 'released' AND e.from_at >= b.from_at
    WHERE b.kind <> 'released'
    GROUP BY b.kind, b.person_id, b.from_at, b.fact_id
),
citable AS (
    SELECT 'diagnosis' AS kind, b.person_id, b.fact_id, b.from_at AS cited_from, b.from_at AS cited_at, min(e.from_at) AS ends_at
    FROM step b LEFT JOIN step e ON e.person_id = b.person_id AND e.from_at >= b.from_at AND e.status IN ('discharged', 'excluded')
    WHERE b.status IN ('suspected', 'asymptomatic', 'confirmed', 'clinically_confirmed') GROUP BY ALL
    UNION ALL SELECT 'exposure', person_id, fact_id, from_at, last_at, NULL FROM close_exposure
    UNION ALL SELECT 'region_stay', person_id, fact_id, from_at, coalesce(left_at, from_at), NULL FROM key_area WHERE has_length
),
entry AS MATERIALIZED (
    SELECT person_id, from_at, fact_id, action, cites_fact_type, cites_fact_id FROM control_list_entry
    WHERE known_at <= {known_at}
      AND NOT EXISTS (FROM withdrawn w WHERE w.fact_type = 'control_list_entry' AND w.person_id = control_list_entry.person_id AND w.fact_id = control_list_entry.fact_id AND control_list_entry.known_at < w.strikes_before)
),
listed AS (
    SELECT 'on-control-list' AS rule, 'red' AS colour, l.person_id, greatest(l.from_at, max(c.cited_from)) AS from_at,
           least(min(r.from_at), max(c.ends_at),
                 CAST(CAST(max(c.cited_at) + INTERVAL 8 HOUR AS DATE) AS TIMESTAMP) + INTERVAL 28 DAY - INTERVAL 8 HOUR) AS until_at,
           l.fact_id, [l.fact_id, c.fact_id] AS because
    FROM entry l
    JOIN citable c ON c.person_id = l.person_id AND c.kind = l.cites_fact_type AND c.fact_id = l.cites_fact_id
    LEFT JOIN entry r ON r.person_id = l.person_id AND r.action = 'removed' AND r.from_at >= l.from_at
    WHERE l.action = 'listed'
    GROUP BY l.person_id, l.from_at, l.fact_id, c.fact_id, c.cited_at, c.ends_at
),
lift AS (
    SELECT person_id, rule, lifts_fact_id AS fact_id, min(from_at) AS lifted_at FROM personal_decision
    WHERE known_at <= {known_at} AND first_signer_id <> second_signer_id
      AND NOT EXISTS (FROM withdrawn w WHERE w.fact_type = 'personal_decision' AND w.person_id = personal_decision.person_id AND w.fact_id = personal_decision.fact_id AND personal_decision.known_at < w.strikes_before)
    GROUP BY ALL
),
hit AS (
    FROM ladder UNION ALL BY NAME FROM diagnosed UNION ALL BY NAME FROM measured UNION ALL BY NAME FROM listed
)
SELECT DISTINCT h.person_id, h.rule, h.colour, greatest(h.from_at, TIMESTAMP '2020-02-10 16:00') AS from_at,
       least(h.until_at, l.lifted_at) AS until_at, h.because
FROM hit h LEFT JOIN lift l ON l.person_id = h.person_id AND l.rule = h.rule AND l.fact_id = h.fact_id
WHERE least(h.until_at, l.lifted_at) IS NULL OR least(h.until_at, l.lifted_at) > greatest(h.from_at, TIMESTAMP '2020-02-10 16:00')
