// The inner loops of the search. hamming.cpp includes this file once for each set of instructions, in a namespace that
// names it and gives `near_places`. No templates of the standard library here: an instance of one that was compiled
// for wider instructions could be the one that the linker keeps for all.

static inline bool is_verified(const Tables &tables, Scratch &scratch, const void *from, size_t bytes) {
    if (tables.verified == nullptr || bytes == 0) return true;
    const size_t first = size_t(static_cast<const uint8_t *>(from) - tables.base) >> tables.block_bits;
    const size_t last = size_t(static_cast<const uint8_t *>(from) + bytes - 1 - tables.base) >> tables.block_bits;
    bool all = true;
    for (size_t block = first; block <= last; block++)
        if (!tables.verified[block]) {
            if (scratch.missing_count == scratch.missing_room) more_missing(scratch);
            scratch.missing[scratch.missing_count++] = uint32_t(block);
            all = false;
        }
    return all;
}

static inline uint16_t chunk(const uint8_t *value, unsigned index) {
    uint16_t bits;
    __builtin_memcpy(&bits, value + 2 * index, 2);
    return bits;
}

static inline unsigned distance(const uint8_t *one, const uint8_t *other) {
    uint64_t a[4], b[4];
    __builtin_memcpy(a, one, WIDTH);
    __builtin_memcpy(b, other, WIDTH);
    return unsigned(__builtin_popcountll(a[0] ^ b[0]) + __builtin_popcountll(a[1] ^ b[1]) +
                    __builtin_popcountll(a[2] ^ b[2]) + __builtin_popcountll(a[3] ^ b[3]));
}

// The first chunk from which every run round the ring stays below its thresholds. There is one within the radius.
static inline unsigned first_start(const Plan &plan, const uint8_t *one, const uint8_t *other) {
    int slack[CHUNKS];
    for (unsigned i = 0; i < CHUNKS; i++)
        slack[i] = int(plan.thresholds[i]) - __builtin_popcount(unsigned(chunk(one, i) ^ chunk(other, i)));
    for (unsigned start = 0; start < CHUNKS; start++) {
        int sum = 0;
        unsigned length = 0;
        for (; length < CHUNKS; length++) {
            sum += slack[(start + length) % CHUNKS];
            if (sum < 1) break;
        }
        if (length == CHUNKS) return start;
    }
    return CHUNKS;
}

static void compare(const Tables &tables, const Plan &plan, const uint8_t *queries, Scratch &scratch, size_t count) {
    const Candidate *candidates = scratch.candidates;
    uint32_t *found = scratch.found;
    for (size_t i = 0; i < count; i++)
        if (candidates[i].table)
            __builtin_prefetch(tables.rows + 3 * (tables.count * (candidates[i].table - 1) + candidates[i].place));
    for (size_t i = 0; i < count; i++) {
        uint32_t row = candidates[i].place;
        if (candidates[i].table) {
            const uint8_t *place = tables.rows + 3 * (tables.count * (candidates[i].table - 1) + row);
            if (!is_verified(tables, scratch, place, 3)) {
                found[i] = UINT32_MAX;
                continue;
            }
            row = uint32_t(place[0]) | uint32_t(place[1]) << 8 | uint32_t(place[2]) << 16;
        }
        found[i] = row;
        __builtin_prefetch(tables.values + size_t(WIDTH) * row);
    }
    for (size_t i = 0; i < count; i++) {
        if (found[i] == UINT32_MAX) continue;
        const uint8_t *value = tables.values + size_t(WIDTH) * found[i];
        if (!is_verified(tables, scratch, value, WIDTH)) continue;
        const uint8_t *query = queries + size_t(WIDTH) * candidates[i].query;
        const unsigned bits = distance(value, query);
        if (bits > plan.radius || first_start(plan, value, query) != candidates[i].table) continue;
        if (scratch.hit_count == scratch.hit_room) more_hits(scratch);
        scratch.hits[scratch.hit_count++] = {candidates[i].query, found[i], bits};
    }
}

// Adds the buckets to look at in one table for one query.
static inline size_t add_probes(const Plan &plan, unsigned table, const uint8_t *query, uint32_t number, Probe *probes) {
    const uint16_t key = chunk(query, table);
    const Flips flipped = flips(plan.thresholds[table] - 1);
    const unsigned limit = plan.thresholds[table] + plan.thresholds[(table + 1) % CHUNKS] - 1;
    for (size_t f = 0; f < flipped.count; f++)
        probes[f] = {uint16_t(key ^ flipped.masks[f]), uint8_t(table), uint8_t(limit - flipped.bits[f]), number};
    return flipped.count;
}

// Looks into the buckets in the order given, fetching ahead, and compares what passes.
static void look(const Tables &tables, const Plan &plan, const uint8_t *queries, const Probe *probes, size_t count,
                 Scratch &scratch) {
    constexpr size_t STARTS_AHEAD = 100, PLACES_AHEAD = 50, LINES = 6;
    size_t candidates = 0;
    auto start_of = [&](const Probe &probe) { return tables.starts + size_t(STARTS) * probe.table + probe.bucket; };
    auto places_of = [&](const Probe &probe) { return tables.nexts + tables.count * probe.table; };
    for (size_t p = 0; p < count + STARTS_AHEAD; p++) {
        if (p < count) __builtin_prefetch(start_of(probes[p]));
        const size_t fetching = p - (STARTS_AHEAD - PLACES_AHEAD);
        if (fetching < count) {
            const uint32_t *start = start_of(probes[fetching]);
            if (is_verified(tables, scratch, start, 8)) {
                const char *line = reinterpret_cast<const char *>(places_of(probes[fetching]) + start[0]);
                const char *end = reinterpret_cast<const char *>(places_of(probes[fetching]) + start[1]);
                for (size_t l = 0; l < LINES && line < end; l++, line += 64) __builtin_prefetch(line, 0, 2);
            }
        }
        const size_t scanning = p - STARTS_AHEAD;
        if (scanning >= count) continue;
        const Probe probe = probes[scanning];
        const uint32_t *start = start_of(probe);
        if (!is_verified(tables, scratch, start, 8)) continue;
        uint32_t from = start[0];
        const uint32_t to = start[1];
        const uint16_t next = chunk(queries + size_t(WIDTH) * probe.query, (probe.table + 1) % CHUNKS);
        const uint16_t *places = places_of(probe);
        if (!is_verified(tables, scratch, places + from, 2 * size_t(to - from))) continue;
        while (from < to) {
            // A part that surely fits into what room there is.
            const uint32_t part = to - from < scratch.room / 2 ? to : from + uint32_t(scratch.room / 2);
            if (candidates + (part - from) > scratch.room) {
                compare(tables, plan, queries, scratch, candidates);
                candidates = 0;
            }
            candidates += near_places(places, from, part, next, probe.limit, probe, scratch.candidates + candidates);
            from = part;
        }
    }
    compare(tables, plan, queries, scratch, candidates);
}

// Sorts probes of one table by bucket, in two passes of 8 bits.
static const Probe *by_bucket(Probe *probes, Probe *other, size_t count) {
    for (unsigned shift = 0; shift < 16; shift += 8) {
        size_t begin[257] = {};
        for (size_t p = 0; p < count; p++) begin[((probes[p].bucket >> shift) & 255u) + 1]++;
        for (unsigned b = 0; b < 256; b++) begin[b + 1] += begin[b];
        for (size_t p = 0; p < count; p++) other[begin[(probes[p].bucket >> shift) & 255u]++] = probes[p];
        Probe *swapped = probes;
        probes = other;
        other = swapped;
    }
    return probes;
}

// Searches for queries `from` to `to`. For many, table by table in the order of the buckets: what would be reads at
// random becomes a stream, and a bucket that several queries look into is fetched once.
static void search(const Tables &tables, const Plan &plan, const uint8_t *queries, size_t from, size_t to,
                   Scratch &scratch) {
    constexpr size_t MANY = 32;
    if (to - from < MANY) {
        for (size_t q = from; q < to; q++) {
            size_t count = 0;
            for (unsigned i = 0; i < CHUNKS; i++)
                if (plan.thresholds[i])
                    count += add_probes(plan, i, queries + WIDTH * q, uint32_t(q), scratch.probes + count);
            look(tables, plan, queries, scratch.probes, count, scratch);
        }
        return;
    }
    if (plan.most_probes * (to - from) > scratch.probe_room) more_probes(scratch, plan.most_probes * (to - from));
    for (unsigned i = 0; i < CHUNKS; i++) {
        if (plan.thresholds[i] == 0) continue;
        size_t count = 0;
        for (size_t q = from; q < to; q++)
            count += add_probes(plan, i, queries + WIDTH * q, uint32_t(q), scratch.probes + count);
        look(tables, plan, queries, by_bucket(scratch.probes, scratch.sorted, count), count, scratch);
    }
}

// Compares with every value.
static inline void scan_one(const Tables &tables, const Plan &plan, const uint8_t *query, uint32_t number,
                            Scratch &scratch) {
    uint64_t half[2];
    __builtin_memcpy(half, query, 16);
    for (size_t row = 0; row < tables.count; row++) {
        const uint8_t *value = tables.values + WIDTH * row;
        uint64_t here[2];
        __builtin_memcpy(here, value, 16);
        if (unsigned(__builtin_popcountll(here[0] ^ half[0]) + __builtin_popcountll(here[1] ^ half[1])) > plan.radius)
            continue;
        const unsigned bits = distance(value, query);
        if (bits > plan.radius) continue;
        if (scratch.hit_count == scratch.hit_room) more_hits(scratch);
        scratch.hits[scratch.hit_count++] = {number, uint32_t(row), bits};
    }
}

static void scan(const Tables &tables, const Plan &plan, const uint8_t *queries, size_t from, size_t to,
                 Scratch &scratch) {
    for (size_t q = from; q < to; q++) scan_one(tables, plan, queries + WIDTH * q, uint32_t(q), scratch);
}
