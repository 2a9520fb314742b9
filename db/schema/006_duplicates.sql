-- The address of a story in the form in which the variants of one (AMP, mobile, print) are alike, by every version of
-- the rules that it was written under: an article is found by the older forms too, so no new rule makes it another.
CREATE TABLE story_addresses (
    article_id INTEGER NOT NULL REFERENCES articles(id),
    version INTEGER NOT NULL,           -- of archiver/parsers/words/story_addresses.toml
    address TEXT NOT NULL,
    PRIMARY KEY (article_id, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX story_addresses_address ON story_addresses(address, version);

-- What the text of an article's latest version is compared by. An article without a row was not compared yet.
CREATE TABLE fingerprints (
    article_id INTEGER PRIMARY KEY REFERENCES articles(id),
    version INTEGER NOT NULL,           -- of db/fingerprint.py; those of another version are not compared
    shingles INTEGER NOT NULL,          -- how many there are; of too few, nothing is compared
    signature BLOB NOT NULL,            -- 96 MinHash values of 16 bits, little-endian; empty if nothing is compared
    agency TEXT                         -- the news agency that a byline or an agency line names
) STRICT;
CREATE INDEX fingerprints_agency ON fingerprints(agency) WHERE agency IS NOT NULL;
-- Articles that share a band of their signatures may be nearly the same. Those of the latest articles, which stand in
-- recent_fingerprints, are not written yet: many are at once.
CREATE TABLE recent_fingerprints (
    article_id INTEGER PRIMARY KEY      -- of fingerprints; unchecked, as it is written with each article
) STRICT;
CREATE TABLE fingerprint_bands (
    band INTEGER NOT NULL,
    article_id INTEGER NOT NULL,        -- of fingerprints; unchecked likewise
    PRIMARY KEY (band, article_id)
) STRICT, WITHOUT ROWID;

-- Two articles of the same or nearly the same text, confirmed by comparing their words.
CREATE TABLE duplicate_pairs (
    article_id INTEGER NOT NULL REFERENCES articles(id),
    other_id INTEGER NOT NULL REFERENCES articles(id),      -- the smaller of the two
    level TEXT NOT NULL CHECK (level IN ('text', 'near')),
    share REAL NOT NULL,                -- of the article's shingles, those that the other has too
    other_share REAL NOT NULL,          -- and the other way round
    PRIMARY KEY (article_id, other_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX duplicate_pairs_other ON duplicate_pairs(other_id);

-- Articles that hang together by such pairs. An id is given once: of clusters that grow together the oldest id stays,
-- and the others lead to it for ever; if one falls apart, the part with its oldest article keeps the id.
CREATE TABLE clusters (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    merged_into INTEGER REFERENCES clusters(id)
) STRICT;
CREATE INDEX clusters_merged_into ON clusters(merged_into) WHERE merged_into IS NOT NULL;
CREATE TABLE cluster_members (
    article_id INTEGER PRIMARY KEY REFERENCES articles(id),
    cluster_id INTEGER NOT NULL REFERENCES clusters(id)
) STRICT;
CREATE INDEX cluster_members_cluster ON cluster_members(cluster_id);

-- Every article that has a copy; place 1 is the one that was published first, as far as is known.
CREATE VIEW duplicate_clusters AS
SELECT cluster_id, article_id, place, members, url, source, headline, published, agency FROM (
    SELECT cluster_id, cluster_members.article_id, articles.url, sources.host AS source, headline,
        ifnull(date_published, articles.first_seen) AS published, agency,
        row_number() OVER (PARTITION BY cluster_id
            ORDER BY ifnull(date_published, articles.first_seen), articles.first_seen, articles.id) AS place,
        count(*) OVER (PARTITION BY cluster_id) AS members
    FROM cluster_members JOIN articles ON articles.id = cluster_members.article_id
    JOIN sources ON sources.id = source_id
    LEFT JOIN fingerprints ON fingerprints.article_id = articles.id)
WHERE members > 1;

-- Two articles that are copies, and at which of the three levels: address, text or near.
CREATE VIEW duplicates AS
SELECT level, earlier_id, later_id, earlier.url AS earlier_url, later.url AS later_url, taken, kept
FROM (
    SELECT level, CASE WHEN swapped THEN article_id ELSE other_id END AS earlier_id,
        CASE WHEN swapped THEN other_id ELSE article_id END AS later_id,
        CASE WHEN swapped THEN other_share ELSE share END AS taken,
        CASE WHEN swapped THEN share ELSE other_share END AS kept
    FROM (
        SELECT duplicate_pairs.*,
            (ifnull(a.date_published, a.first_seen), a.first_seen, a.id)
                < (ifnull(b.date_published, b.first_seen), b.first_seen, b.id) AS swapped
        FROM duplicate_pairs JOIN articles AS a ON a.id = article_id JOIN articles AS b ON b.id = other_id)
    UNION ALL
    SELECT DISTINCT 'address', one.article_id, other.article_id, NULL, NULL
    FROM story_addresses AS one JOIN story_addresses AS other
        ON other.address = one.address AND other.version = one.version AND other.article_id > one.article_id)
JOIN articles AS earlier ON earlier.id = earlier_id
JOIN articles AS later ON later.id = later_id;
