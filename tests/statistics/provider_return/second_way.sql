-- The figures of the provider's return counted a second way: from the exported events alone, in SQL of DuckDB.
-- Written from the form and the definitions in docs/reference, not from the code. It reads the table `exported`
-- (sequence, type, subject, occurred_at, data), the table `scope` (suffix, service) and the table `asked` (first, after: days).
-- Its result is the table `counted`: the id of a figure, the least and the most that it can be.

CREATE TABLE e AS
SELECT exported.*, year(occurred_at) AS y, occurred_at >= first AND occurred_at < after AS asked
FROM exported, asked
WHERE subject NOT IN (
    SELECT subject FROM exported WHERE type = 'case.opened' AND json_extract_string(data, '$.planted') IS NOT NULL);

CREATE TABLE cases AS
SELECT subject AS c, data->>'$.service' AS service, data->>'$.account' AS account FROM e WHERE type = 'case.opened';

CREATE TABLE items AS
SELECT subject AS c, sequence AS flagged, y, asked, data->>'$.item' AS item, data->>'$.layer' AS layer,
       data->>'$.kind' AS kind, data->>'$.region' AS own_region, data->>'$.sender' AS sender,
       data->>'$.sender_region' AS sender_region, data, service
FROM e JOIN cases ON c = subject WHERE type = 'item.flagged';

-- Each time an item was seen, with whom it reached.
CREATE TABLE sightings AS
SELECT data->>'$.item' AS item, y, data->>'$.region' AS region,
       CAST(data->'$.recipients_eu' AS VARCHAR[]) AS recipients, CAST(data->>'$.recipients_unknown' AS INT) AS unnamed,
       coalesce(data->>'$.sender_operation', 'not_stated') AS sender_by,
       coalesce(CAST(data->'$.recipients_automated' AS VARCHAR[]), []) AS by_programs,
       coalesce(CAST(data->'$.recipients_persons' AS VARCHAR[]), []) AS by_persons
FROM e WHERE type IN ('item.flagged', 'item.seen_again');

CREATE TABLE concerned AS
SELECT item, CASE WHEN bool_or(region = 'eu') THEN 'eu' WHEN bool_or(region = 'unknown') THEN 'unknown'
             ELSE 'non_eu' END AS region
FROM sightings GROUP BY item;

CREATE TABLE detections AS
SELECT data->>'$.item' AS item, (data->>'$.technology') || '-' || (data->>'$.version') AS technology
FROM e WHERE type = 'detection.recorded';

-- Decisions, each with when it ended: at the next decision on the item, or when the case was opened again.
CREATE TABLE said AS
SELECT sequence, data->>'$.item' AS item, data->>'$.verdict' AS verdict, data->>'$.ground' AS ground,
       CAST(data->>'$.viewed' AS BOOLEAN) AS viewed
FROM e WHERE type = 'item.decided'
UNION ALL
SELECT sequence, unnest(CAST(data->'$.items' AS VARCHAR[])), NULL, NULL, NULL FROM e WHERE type = 'case.reopened';

CREATE TABLE spans AS
SELECT *, coalesce(lead(sequence) OVER (PARTITION BY item ORDER BY sequence), 9e18) AS ends FROM said;

CREATE TABLE standing AS SELECT * FROM spans WHERE ends = 9e18 AND verdict IS NOT NULL;

-- What a report said: the last attempt before it was filed, or what was ordered where the attempt does not tell.
CREATE TABLE reports AS
SELECT f.sequence, f.subject AS c, f.asked,
       (SELECT arg_max(coalesce(nullif(CAST(o.data->'$.items' AS VARCHAR), 'null'), ''), o.sequence) FROM e o
        WHERE o.type = 'referral.opened' AND o.data->>'$.referral' = f.data->>'$.referral'
          AND o.sequence < f.sequence) AS attempted,
       (SELECT any_value(CAST(o.data->'$.items' AS VARCHAR)) FROM e o
        WHERE o.type = 'referral.ordered' AND o.data->>'$.referral' = f.data->>'$.referral') AS ordered
FROM e f WHERE f.type = 'referral.filed';

CREATE TABLE reported AS
SELECT r.sequence AS report, one->>'$.item' AS item, one->>'$.verdict' AS class, cases.service, items.kind,
       items.sender, items.sender_region, items.y AS flagged_in, concerned.region
FROM (SELECT sequence, c, unnest(CAST(CASE WHEN attempted = '' THEN ordered ELSE attempted END AS JSON[])) AS one
      FROM reports WHERE asked) r
JOIN cases USING (c) JOIN items ON items.item = one->>'$.item' JOIN concerned ON concerned.item = items.item;

-- Actions with the class of what they rest on, as it stood decided when they were ordered.
CREATE TABLE actions AS
SELECT a.data->>'$.action' AS action, a.subject AS c, cases.service, cases.account,
       CASE a.data->>'$.kind' WHEN 'remove_content' THEN 'items' WHEN 'suspend_account' THEN 'accounts' END AS unit,
       (SELECT min(s.verdict) FROM spans s JOIN items i ON i.item = s.item
        WHERE i.c = a.subject AND s.sequence < a.sequence AND s.ends > a.sequence AND s.verdict IN ('known', 'new')
          AND (a.data->>'$.item' IS NULL OR a.data->>'$.item' = s.item)) AS first_verdict,
       (SELECT CASE WHEN bool_or(sender_region = 'eu') THEN 'eu' WHEN bool_or(sender_region = 'unknown')
               THEN 'unknown' ELSE 'non_eu' END FROM items i WHERE i.c = a.subject) AS users,
       (SELECT min(i.y) FROM items i WHERE i.c = a.subject) AS key_year,
       (SELECT bool_or(s.verdict = 'known') FROM spans s JOIN items i ON i.item = s.item
        WHERE i.c = a.subject AND s.sequence < a.sequence AND s.ends > a.sequence
          AND (a.data->>'$.item' IS NULL OR a.data->>'$.item' = s.item)) AS any_known
FROM e a JOIN cases ON cases.c = a.subject WHERE a.type = 'action.ordered';

CREATE TABLE acted AS
SELECT actions.*, CASE WHEN any_known THEN 'known' ELSE first_verdict END AS class, e.type, e.sequence
FROM actions JOIN e ON e.data->>'$.action' = action AND e.asked
WHERE e.type IN ('action.carried_out', 'action.reversed');

CREATE TABLE complaints AS
SELECT l.sequence, l.occurred_at AS lodged, l.asked, l.data->>'$.channel' AS channel, actions.*,
       CASE WHEN any_known THEN 'known' ELSE first_verdict END AS class,
       d.occurred_at AS decided, CAST(d.data->>'$.upheld' AS BOOLEAN) AS upheld, d.data->>'$.reason' AS reason,
       o.data->>'$.item' AS about
FROM e l
JOIN actions ON action = l.data->>'$.action'
JOIN e o ON o.type = 'action.ordered' AND o.data->>'$.action' = actions.action
LEFT JOIN e d ON d.type = 'complaint.decided' AND d.data->>'$.complaint' = l.data->>'$.complaint'
WHERE l.type = 'complaint.lodged';

CREATE TABLE processed AS
SELECT row->>'$.service' AS service, row->>'$.kind' AS kind, row->>'$.region' AS region, CAST(row->>'$.items' AS INT) AS n
FROM (SELECT unnest(CAST(data->'$.rows' AS JSON[])) AS row FROM e WHERE type = 'items.tallied'), asked
WHERE CAST(row->>'$.day' AS DATE) >= first AND CAST(row->>'$.day' AS DATE) < after AND json_array_length(row->'$.technologies') > 0;

CREATE TABLE kinds (key VARCHAR, kind VARCHAR);
INSERT INTO kinds VALUES ('images', 'image'), ('videos', 'video'), ('other_files', 'other'), ('other_files', 'audio');
CREATE TABLE classes (class VARCHAR, number INT);
INSERT INTO classes VALUES ('known', 1), ('new', 2);
CREATE TABLE units (unit VARCHAR);
INSERT INTO units VALUES ('items'), ('accounts');
CREATE TABLE channels (channel VARCHAR);
INSERT INTO channels VALUES ('internal'), ('judicial');
CREATE TABLE counted (id VARCHAR, low DOUBLE, high DOUBLE);

-- Section 1
INSERT INTO counted
SELECT '1.' || key || '_' || side || suffix,
       coalesce(sum(n) FILTER (region = side), 0), coalesce(sum(n) FILTER (region IN (side, 'unknown')), 0)
FROM (SELECT DISTINCT key FROM kinds), (VALUES ('eu'), ('non_eu')) sides(side), (SELECT DISTINCT suffix FROM scope)
LEFT JOIN (SELECT key AS k, suffix AS s, region, n FROM processed JOIN kinds USING (kind) JOIN scope USING (service))
       ON k = key AND s = suffix
GROUP BY key, side, suffix;

-- Section 4: reports and items, then accounts
INSERT INTO counted
SELECT '4.' || classes.class || '.reports' || s.suffix,
       count(DISTINCT report) FILTER (region = 'eu'), count(DISTINCT report) FILTER (region IN ('eu', 'unknown'))
FROM classes, (SELECT DISTINCT suffix FROM scope) s
LEFT JOIN (SELECT * FROM reported JOIN scope USING (service)) r ON r.class = classes.class AND r.suffix = s.suffix
GROUP BY classes.class, s.suffix;

INSERT INTO counted
SELECT '4.' || classes.class || '.' || k.key || s.suffix,
       count(DISTINCT item) FILTER (region = 'eu'), count(DISTINCT item) FILTER (region IN ('eu', 'unknown'))
FROM classes, (SELECT DISTINCT suffix FROM scope) s, (SELECT DISTINCT key FROM kinds) k
LEFT JOIN (SELECT * FROM reported JOIN scope USING (service) JOIN kinds USING (kind)) r
       ON r.class = classes.class AND r.suffix = s.suffix AND r.key = k.key
GROUP BY classes.class, k.key, s.suffix;

CREATE TABLE people AS
SELECT DISTINCT 'sending' AS what, class, suffix, flagged_in AS key_year, sender AS account, sender_region AS region
FROM reported JOIN scope USING (service) WHERE sender IS NOT NULL AND sender_region <> 'non_eu'
UNION
SELECT 'receiving', class, suffix, y, unnest(recipients), 'eu'
FROM (SELECT DISTINCT item, class, service FROM reported) JOIN scope USING (service) JOIN sightings USING (item);

CREATE TABLE nameless AS
SELECT 'sending' AS what, class, suffix, count(DISTINCT item) AS n
FROM reported JOIN scope USING (service) WHERE sender IS NULL AND sender_region <> 'non_eu' GROUP BY class, suffix
UNION ALL
SELECT 'receiving', class, suffix, sum(unnamed)
FROM (SELECT DISTINCT item, class, service FROM reported) JOIN scope USING (service) JOIN sightings USING (item)
GROUP BY class, suffix;

INSERT INTO counted
SELECT '4.' || classes.class || '.accounts_' || w.what || s.suffix,
       coalesce((SELECT max(n) FROM (SELECT count(DISTINCT account) AS n FROM people p WHERE p.what = w.what
                 AND p.class = classes.class AND p.suffix = s.suffix AND region = 'eu' GROUP BY key_year)), 0),
       (SELECT count(DISTINCT (key_year, account)) FROM people p
        WHERE p.what = w.what AND p.class = classes.class AND p.suffix = s.suffix)
       + coalesce((SELECT n FROM nameless m WHERE m.what = w.what AND m.class = classes.class
                   AND m.suffix = s.suffix), 0)
FROM classes, (SELECT DISTINCT suffix FROM scope) s, (VALUES ('sending'), ('receiving')) w(what);

-- Who acts by an account: what was said of it with any item that counts. Of one of which both was said, a program does.
CREATE TABLE told AS
SELECT DISTINCT 'sending' AS what, class, suffix, flagged_in AS key_year, sender AS account, sender_region AS region, sender_by
FROM reported JOIN scope USING (service) JOIN sightings USING (item) WHERE sender IS NOT NULL AND sender_region <> 'non_eu'
UNION
SELECT 'receiving', class, suffix, y, account, 'eu',
       CASE WHEN list_contains(by_programs, account) THEN 'automated'
            WHEN list_contains(by_persons, account) THEN 'person' ELSE 'not_stated' END
FROM (SELECT class, suffix, y, by_programs, by_persons, unnest(recipients) AS account
      FROM (SELECT DISTINCT item, class, service FROM reported) JOIN scope USING (service) JOIN sightings USING (item));

CREATE TABLE apart AS
SELECT id, coalesce((SELECT max(n) FROM (SELECT count(DISTINCT account) AS n FROM told t
                     WHERE (t.what, t.class, t.suffix, t.sender_by, t.region) = (w.what, c.class, s.suffix, 'automated', 'eu')
                     GROUP BY key_year)), 0) AS programs,
       (SELECT count(DISTINCT (key_year, account)) FROM told t
        WHERE (t.what, t.class, t.suffix, t.sender_by) = (w.what, c.class, s.suffix, 'person')
          AND NOT EXISTS (SELECT 1 FROM told u WHERE (u.what, u.class, u.suffix, u.sender_by, u.key_year, u.account)
                          = (t.what, t.class, t.suffix, 'automated', t.key_year, t.account))) AS persons,
       high AS most
FROM classes c, (SELECT DISTINCT suffix FROM scope) s, (VALUES ('sending'), ('receiving')) w(what)
JOIN counted ON id = '4.' || c.class || '.accounts_' || w.what || s.suffix;

INSERT INTO counted
SELECT id || '~automated', programs, most - persons FROM apart WHERE programs + persons > 0 OR most = 0;

-- Section 5: what was done and undone, by class, unit and channel
CREATE TABLE undone AS
SELECT DISTINCT a.*, channel FROM acted a
JOIN (SELECT DISTINCT action, channel FROM complaints WHERE upheld) USING (action) WHERE type = 'action.reversed';

CREATE TABLE measured AS
SELECT 'actioned' AS what, class, unit, suffix, users, key_year, account, sequence
FROM acted JOIN scope USING (service) WHERE type = 'action.carried_out'
UNION ALL
SELECT channel || '_restored', class, unit, suffix, users, key_year, account, sequence
FROM undone JOIN scope USING (service);

INSERT INTO counted
SELECT '5.' || classes.class || '.items_' || w.what || s.suffix, count(sequence), count(sequence)
FROM classes, (SELECT DISTINCT suffix FROM scope) s,
     (VALUES ('actioned'), ('internal_restored'), ('judicial_restored')) w(what)
LEFT JOIN measured m ON m.what = w.what AND m.class = classes.class AND m.suffix = s.suffix AND m.unit = 'items'
GROUP BY classes.class, w.what, s.suffix;

INSERT INTO counted
SELECT '5.' || classes.class || '.accounts_' || w.what || s.suffix,
       coalesce((SELECT max(n) FROM (SELECT count(DISTINCT coalesce(account, '')) AS n FROM measured m
                 WHERE m.what = w.what AND m.class = classes.class AND m.suffix = s.suffix AND m.unit = 'accounts'
                 AND users = 'eu' GROUP BY key_year)), 0),
       (SELECT count(DISTINCT (key_year, coalesce(account, ''))) FROM measured m WHERE m.what = w.what
        AND m.class = classes.class AND m.suffix = s.suffix AND m.unit = 'accounts' AND users <> 'non_eu')
FROM classes, (SELECT DISTINCT suffix FROM scope) s,
     (VALUES ('actioned'), ('internal_restored'), ('judicial_restored')) w(what);

INSERT INTO counted
SELECT '5.' || classes.class || '.' || units.unit || '_' || channels.channel || '_complaints' || s.suffix,
       count(sequence) FILTER (units.unit = 'items' OR users = 'eu'),
       count(sequence) FILTER (units.unit = 'items' OR users <> 'non_eu')
FROM classes, units, channels, (SELECT DISTINCT suffix FROM scope) s
LEFT JOIN (SELECT * FROM complaints JOIN scope USING (service) WHERE asked) x
       ON x.class = classes.class AND x.unit = units.unit AND x.channel = channels.channel AND x.suffix = s.suffix
GROUP BY classes.class, units.unit, channels.channel, s.suffix;

-- Hours with two decimal places, halves up, in whole numbers.
INSERT INTO counted
SELECT id, (200 * took + whole) // (2 * whole) / 100.0, (200 * took + whole) // (2 * whole) / 100.0
FROM (
SELECT '5.' || class || '.' || unit || '_' || channel || '_average_time' || suffix AS id,
       sum(date_diff('microsecond', lodged, decided)) AS took, count(*)::HUGEINT * 3600000000 AS whole
FROM complaints JOIN scope USING (service)
WHERE asked AND decided IS NOT NULL AND class IS NOT NULL AND unit IS NOT NULL
  AND (unit = 'items' OR users = 'eu')
GROUP BY class, unit, channel, suffix);

-- Section 6: each technology, and all of them with each item once
CREATE TABLE flagged AS
SELECT items.item, layer, service, standing.verdict,
       standing.verdict = 'not' AND coalesce(standing.ground, '') <> 'lawful_here' AS wrong
FROM items LEFT JOIN standing ON standing.item = items.item WHERE items.asked;

CREATE TABLE by_technology AS
SELECT DISTINCT layer, suffix, '~' || technology AS technology, item, verdict, wrong
FROM flagged JOIN scope USING (service) JOIN detections USING (item)
UNION ALL
SELECT layer, suffix, '', item, verdict, wrong FROM flagged JOIN scope USING (service);

CREATE TABLE errors AS
SELECT layer, number, suffix, technology, count(*) AS a, count(*) FILTER (wrong) AS b, count(verdict) AS c
FROM by_technology JOIN classes ON classes.class = layer GROUP BY ALL;

INSERT INTO errors
SELECT 'known', 1, suffix, '', 0, 0, 0 FROM (SELECT DISTINCT suffix FROM scope)
WHERE suffix NOT IN (SELECT suffix FROM errors WHERE layer = 'known' AND technology = '');

INSERT INTO counted
SELECT '6.' || layer || '.' || letter || number || suffix || technology, n, n
FROM errors, LATERAL (VALUES ('A', a), ('B', b), ('C', c)) v(letter, n);

INSERT INTO counted
SELECT '6.' || layer || '.error_rate' || suffix || technology, round(100.0 * b / a, 4), round(100.0 * b / a, 4)
FROM errors WHERE a > 0 AND c > 0;

INSERT INTO counted
SELECT '7.' || layer || '.error_rate_achieved', round(100.0 * b / a, 4), round(100.0 * b / a, 4)
FROM errors WHERE a > 0 AND c > 0 AND suffix = '' AND technology = '';
