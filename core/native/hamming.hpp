// Exact search within a Hamming radius of 256-bit values, by 16 chunks of 16 bits.
//
// Let T be thresholds of the chunks with sum(T) = radius + 1. If two values are within the radius, the differences d
// of their chunks sum to less than sum(T), so by the cycle lemma (Dvoretzky and Motzkin, 1947; the "pigeonring" of
// Qin and Xiao, VLDB 2018) there is a chunk i such that, going round the ring from i, every run of chunks has a sum of d
// below its sum of T. Two runs are tested while searching: chunk i alone (the bucket), and chunk i with the next one,
// whose 16 bits stand in the bucket beside each row. What passes both is compared in full.
//
// A value is found from its first such i alone, so nothing is found twice.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tutela::hamming {

constexpr unsigned CHUNKS = 16;
constexpr unsigned BUCKETS = 1u << 16;
constexpr unsigned STARTS = BUCKETS + 1;
constexpr unsigned WIDTH = 32;
constexpr unsigned MOST_RADIUS = 63;
constexpr size_t MOST_ROWS = size_t(1) << 24;

// A segment, as it lies in its file.
struct Tables {
    size_t count;
    const uint8_t *values;  // [count][32], in the order of chunk 0
    const uint32_t *starts; // [16][65537]: where each bucket of a table begins
    const uint16_t *nexts;  // [16][count]: the chunk after, in the order of the table
    const uint8_t *rows;    // [15][3 * count]: the row of each place in tables 1 to 15; in table 0 it is the place
    // Which blocks of the file have been verified; null where all have.
    const uint8_t *base;
    const uint8_t *verified;
    unsigned block_bits;
};

struct Hit {
    uint32_t query;
    uint32_t row;
    uint32_t distance;
};

// How a radius is shared out.
struct Plan {
    unsigned radius;
    unsigned thresholds[CHUNKS]; // T
    size_t probes;               // buckets looked at for one query
    size_t most_probes;          // of those, in one table at most
};

struct Probe {
    uint16_t bucket;
    uint8_t table;
    uint8_t limit; // the most bits in which the next chunk may differ
    uint32_t query;
};

struct Candidate {
    uint32_t query;
    uint32_t place;
    uint32_t table;
};

// What one thread works with; every array is its own.
struct Scratch {
    Probe *probes, *sorted;
    size_t probe_room;
    Candidate *candidates;
    size_t room;
    uint32_t *found; // rows of the candidates
    Hit *hits;
    size_t hit_count, hit_room;
    uint32_t *missing; // blocks that have to be verified first
    size_t missing_count, missing_room;
};

void more_probes(Scratch &, size_t);
void more_hits(Scratch &);
void more_missing(Scratch &);

// The buckets' keys that differ from 0 in at most `most` bits, sorted, and the number of bits of each.
struct Flips {
    const uint16_t *masks;
    const uint8_t *bits;
    size_t count;
};
Flips flips(unsigned most);

} // namespace tutela::hamming
