#include "hamming.hpp"

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "instructions.hpp"

#if TUTELA_X86
#include <immintrin.h>
#endif

namespace tutela::hamming {

static std::vector<std::pair<uint16_t, uint8_t>> masks_of(unsigned most) {
    std::vector<std::pair<uint16_t, uint8_t>> found;
    for (unsigned mask = 0; mask < BUCKETS; mask++) {
        const unsigned bits = unsigned(__builtin_popcount(mask));
        if (bits <= most) found.emplace_back(uint16_t(mask), uint8_t(bits));
    }
    return found;
}

namespace {
struct FlipTable {
    std::vector<uint16_t> masks;
    std::vector<uint8_t> bits;
    explicit FlipTable(unsigned most) {
        for (auto [mask, count] : masks_of(most)) {
            masks.push_back(mask);
            bits.push_back(count);
        }
    }
};
} // namespace

Flips flips(unsigned most) {
    static const FlipTable tables[] = {FlipTable(0), FlipTable(1), FlipTable(2), FlipTable(3)};
    const FlipTable &table = tables[most];
    return {table.masks.data(), table.bits.data(), table.masks.size()};
}

template <class T> static void grow(T *&array, size_t &room) {
    room = room ? 2 * room : 1024;
    void *bigger = std::realloc(array, room * sizeof(T));
    if (bigger == nullptr) throw std::bad_alloc();
    array = static_cast<T *>(bigger);
}
void more_probes(Scratch &scratch, size_t room) {
    for (Probe **array : {&scratch.probes, &scratch.sorted}) {
        void *bigger = std::realloc(*array, room * sizeof(Probe));
        if (bigger == nullptr) throw std::bad_alloc();
        *array = static_cast<Probe *>(bigger);
    }
    scratch.probe_room = room;
}
void more_hits(Scratch &scratch) { grow(scratch.hits, scratch.hit_room); }
void more_missing(Scratch &scratch) { grow(scratch.missing, scratch.missing_room); }

namespace portable {
static inline size_t near_places(const uint16_t *places, uint32_t from, uint32_t to, uint16_t next, unsigned limit,
                                 const Probe &probe, Candidate *out) {
    size_t count = 0;
    for (uint32_t place = from; place < to; place++) {
        unsigned bits = unsigned(places[place] ^ next);
        bits -= (bits >> 1) & 0x5555u;
        bits = (bits & 0x3333u) + ((bits >> 2) & 0x3333u);
        bits = (bits + (bits >> 4)) & 0x0f0fu;
        bits = (bits + (bits >> 8)) & 0x1fu;
        out[count] = {probe.query, place, probe.table};
        count += bits <= limit;
    }
    return count;
}
#include "hamming_kernel.inl"
} // namespace portable

#if TUTELA_X86
#pragma GCC push_options
#pragma GCC target("avx2,popcnt,bmi,bmi2")
namespace avx2 {
static inline size_t near_places(const uint16_t *places, uint32_t from, uint32_t to, uint16_t next, unsigned limit,
                                 const Probe &probe, Candidate *out) {
    size_t count = 0;
    const __m256i query = _mm256_set1_epi16(short(next)), most = _mm256_set1_epi16(short(limit + 1));
    const __m256i low = _mm256_set1_epi8(0x0f), ones = _mm256_set1_epi8(1);
    const __m256i counts = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2,
                                            2, 3, 2, 3, 3, 4);
    uint32_t place = from;
    for (; place + 16 <= to; place += 16) {
        const __m256i here = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(places + place));
        const __m256i differ = _mm256_xor_si256(here, query);
        const __m256i bytes =
            _mm256_add_epi8(_mm256_shuffle_epi8(counts, _mm256_and_si256(differ, low)),
                            _mm256_shuffle_epi8(counts, _mm256_and_si256(_mm256_srli_epi16(differ, 4), low)));
        const __m256i bits = _mm256_maddubs_epi16(bytes, ones);
        uint32_t near = uint32_t(_mm256_movemask_epi8(_mm256_cmpgt_epi16(most, bits))) & 0x55555555u;
        for (; near; near &= near - 1) out[count++] = {probe.query, place + unsigned(__builtin_ctz(near)) / 2, probe.table};
    }
    for (; place < to; place++)
        if (unsigned(__builtin_popcount(unsigned(places[place] ^ next))) <= limit)
            out[count++] = {probe.query, place, probe.table};
    return count;
}
#include "hamming_kernel.inl"
} // namespace avx2
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512bitalg,popcnt,bmi,bmi2")
namespace avx512 {
static inline size_t near_places(const uint16_t *places, uint32_t from, uint32_t to, uint16_t next, unsigned limit,
                                 const Probe &probe, Candidate *out) {
    size_t count = 0;
    const __m512i query = _mm512_set1_epi16(short(next)), most = _mm512_set1_epi16(short(limit));
    for (uint32_t place = from; place < to; place += 32) {
        const uint32_t left = to - place;
        const __mmask32 there = left >= 32 ? 0xffffffffu : (1u << left) - 1;
        const __m512i here = _mm512_maskz_loadu_epi16(there, places + place);
        const __m512i bits = _mm512_popcnt_epi16(_mm512_xor_si512(here, query));
        uint32_t near = _mm512_mask_cmple_epu16_mask(there, bits, most);
        for (; near; near &= near - 1) out[count++] = {probe.query, place + unsigned(__builtin_ctz(near)), probe.table};
    }
    return count;
}
#include "hamming_kernel.inl"
} // namespace avx512
#pragma GCC pop_options
#endif

using Search = void (*)(const Tables &, const Plan &, const uint8_t *, size_t, size_t, Scratch &);

struct Searches {
    Search by_tables, by_scan;
};

static Searches chosen_searches() {
#if TUTELA_X86
    switch (instructions()) {
    case Instructions::avx512: return {avx512::search, avx512::scan};
    case Instructions::avx2: return {avx2::search, avx2::scan};
    default: break;
    }
#endif
    return {portable::search, portable::scan};
}

static Plan plan_for(unsigned radius) {
    Plan plan{radius, {}, 0, 0};
    for (unsigned i = 0; i < CHUNKS; i++) {
        plan.thresholds[i] = (radius + 1) / CHUNKS + (i < (radius + 1) % CHUNKS);
        if (plan.thresholds[i] == 0) continue;
        const size_t count = flips(plan.thresholds[i] - 1).count;
        plan.probes += count;
        plan.most_probes = std::max(plan.most_probes, count);
    }
    return plan;
}

// Owns the arrays of one thread. Kept from search to search: making them costs more than a search.
class Worker {
  public:
    Worker()
        : candidates_(ROOM), found_(ROOM),
          scratch{nullptr, nullptr, 0, candidates_.data(), ROOM, found_.data(), nullptr, 0, 0, nullptr, 0, 0} {
        more_probes(scratch, plan_for(MOST_RADIUS).probes);
    }
    ~Worker() {
        std::free(scratch.probes);
        std::free(scratch.sorted);
        std::free(scratch.hits);
        std::free(scratch.missing);
    }
    Worker(const Worker &) = delete;
    Worker &operator=(const Worker &) = delete;

  private:
    static constexpr size_t ROOM = 1 << 14;
    std::vector<Candidate> candidates_;
    std::vector<uint32_t> found_;

  public:
    Scratch scratch;
};

// Workers that are not in use.
class Workers {
  public:
    std::unique_ptr<Worker> take() {
        {
            std::lock_guard<std::mutex> locked(mutex_);
            if (!idle_.empty()) {
                auto worker = std::move(idle_.back());
                idle_.pop_back();
                worker->scratch.hit_count = worker->scratch.missing_count = 0;
                return worker;
            }
        }
        return std::make_unique<Worker>();
    }
    void give(std::unique_ptr<Worker> worker) {
        std::lock_guard<std::mutex> locked(mutex_);
        idle_.push_back(std::move(worker));
    }

  private:
    std::mutex mutex_;
    std::vector<std::unique_ptr<Worker>> idle_;
};

static Workers &idle_workers() {
    static Workers workers;
    return workers;
}

namespace nb = nanobind;
using Bytes = nb::ndarray<const uint8_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Values = nb::ndarray<const uint8_t, nb::shape<-1, WIDTH>, nb::c_contig, nb::device::cpu>;
template <class T> using Vector = nb::ndarray<T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
template <class T> using Array = nb::ndarray<nb::numpy, T, nb::ndim<1>>;

template <class T> static Array<T> array_of(size_t count, T *&data) {
    data = new T[count ? count : 1];
    return Array<T>(data, {count}, nb::capsule(data, [](void *p) noexcept { delete[] static_cast<T *>(p); }));
}

// A segment's file in memory, and where its sections begin.
class __attribute__((visibility("hidden"))) Segment {
  public:
    Segment(Bytes file, size_t count, size_t values, size_t starts, size_t nexts, size_t rows,
            std::optional<Bytes> verified, unsigned block_bits);
    nb::tuple search(Values queries, unsigned radius, unsigned threads, bool verify) const;

  private:
    Bytes file_;
    std::optional<Bytes> verified_;
    Tables tables_;
};

Segment::Segment(Bytes file, size_t count, size_t values, size_t starts, size_t nexts, size_t rows,
                 std::optional<Bytes> verified, unsigned block_bits)
    : file_(file), verified_(verified) {
    if (count > MOST_ROWS) throw std::invalid_argument("a segment has at most 16,777,216 rows");
    auto section = [&](size_t offset, size_t bytes, size_t alignment) {
        if (offset % alignment || offset > file.size() || bytes > file.size() - offset)
            throw std::invalid_argument("a section lies outside the file");
        return file.data() + offset;
    };
    tables_.count = count;
    tables_.values = section(values, count * WIDTH, 32);
    tables_.starts = reinterpret_cast<const uint32_t *>(section(starts, size_t(CHUNKS) * STARTS * 4, 4));
    tables_.nexts = reinterpret_cast<const uint16_t *>(section(nexts, CHUNKS * count * 2, 2));
    tables_.rows = section(rows, (CHUNKS - 1) * count * 3, 1);
    tables_.base = file.data();
    tables_.verified = verified ? verified->data() : nullptr;
    tables_.block_bits = block_bits;
    if (verified && verified->size() < (file.size() + (size_t(1) << block_bits) - 1) >> block_bits)
        throw std::invalid_argument("every block of the file needs its mark");
}

// Searches for every query, on as many threads as are worth it. Returns arrays: number of the query, row, distance, and
// the blocks that have to be verified before the answer is whole.
static nb::tuple search_all(const Tables &tables, const Plan &plan, Search search, const uint8_t *data, size_t count,
                            unsigned threads) {
    constexpr size_t LEAST = 32, MOST = 8192, MOST_PROBES = size_t(1) << 18;
    // As many together as are worth it, but so many parts that every thread has one.
    const size_t together = std::min(MOST, MOST_PROBES / std::max<size_t>(1, plan.most_probes));
    const size_t fair = (count + std::max(1u, threads) - 1) / std::max(1u, threads);
    const size_t group = std::max(LEAST, std::min(together, fair));
    const size_t workers = std::max<size_t>(1, std::min<size_t>(threads, (count + group - 1) / group));
    std::vector<std::unique_ptr<Worker>> all;
    for (size_t w = 0; w < workers; w++) all.push_back(idle_workers().take());
    {
        nb::gil_scoped_release released;
        std::atomic<size_t> next{0};
        std::atomic<bool> failed{false};
        auto work = [&](Worker &worker) {
            try {
                for (size_t from; (from = next.fetch_add(group)) < count;)
                    search(tables, plan, data, from, std::min(from + group, count), worker.scratch);
            } catch (const std::bad_alloc &) {
                failed = true;
            }
        };
        std::vector<std::thread> others;
        for (size_t w = 1; w < workers; w++) others.emplace_back(work, std::ref(*all[w]));
        work(*all[0]);
        for (auto &other : others) other.join();
        if (failed) throw std::bad_alloc();
    }
    size_t hits = 0, missing = 0;
    for (auto &worker : all) hits += worker->scratch.hit_count, missing += worker->scratch.missing_count;
    uint32_t *query, *row, *blocks;
    uint16_t *distance;
    auto query_array = array_of(hits, query);
    auto row_array = array_of(hits, row);
    auto distance_array = array_of(hits, distance);
    auto missing_array = array_of(missing, blocks);
    for (auto &worker : all) {
        for (size_t h = 0; h < worker->scratch.hit_count; h++) {
            *query++ = worker->scratch.hits[h].query;
            *row++ = worker->scratch.hits[h].row;
            *distance++ = uint16_t(worker->scratch.hits[h].distance);
        }
        if (worker->scratch.missing_count)
            blocks = std::copy_n(worker->scratch.missing, worker->scratch.missing_count, blocks);
    }
    for (auto &worker : all) idle_workers().give(std::move(worker));
    return nb::make_tuple(query_array, row_array, distance_array, missing_array);
}

nb::tuple Segment::search(Values queries, unsigned radius, unsigned threads, bool verify) const {
    if (radius > MOST_RADIUS) throw std::invalid_argument("the radius is 0 to 63 bits");
    Tables tables = tables_;
    if (!verify) tables.verified = nullptr;
    return search_all(tables, plan_for(radius), chosen_searches().by_tables, queries.data(), queries.shape(0), threads);
}

// Compares every query with every value; any radius.
static nb::tuple scan(Values values, Values queries, unsigned radius, unsigned threads) {
    Tables tables{};
    tables.count = values.shape(0);
    tables.values = values.data();
    if (tables.count > MOST_ROWS) throw std::invalid_argument("at most 16,777,216 values are scanned at once");
    return search_all(tables, Plan{radius, {}, 0, 0}, chosen_searches().by_scan, queries.data(), queries.shape(0), threads);
}

// Returns where each value goes so that they stand in the order of chunk 0, equal ones as they came.
static Array<uint32_t> order(Values values) {
    const size_t count = values.shape(0);
    const uint8_t *data = values.data();
    uint32_t *rows;
    auto result = array_of(count, rows);
    nb::gil_scoped_release released;
    std::vector<uint32_t> cursor(STARTS);
    auto key = [&](size_t i) {
        uint16_t bits;
        std::memcpy(&bits, data + WIDTH * i, 2);
        return bits;
    };
    for (size_t i = 0; i < count; i++) cursor[key(i) + 1u]++;
    for (size_t b = 0; b < BUCKETS; b++) cursor[b + 1] += cursor[b];
    for (size_t i = 0; i < count; i++) rows[cursor[key(i)]++] = uint32_t(i);
    return result;
}

// Fills one table; `values` stand in the order of chunk 0.
static void fill_table(Values values, unsigned table, Vector<uint32_t> starts, Vector<uint16_t> nexts,
                       Vector<uint8_t> rows) {
    const size_t count = values.shape(0);
    if (table >= CHUNKS || count > MOST_ROWS || starts.size() != STARTS || nexts.size() != count ||
        rows.size() != (table ? 3 * count : 0))
        throw std::invalid_argument("the arrays do not fit the values");
    const uint8_t *data = values.data();
    uint32_t *start = starts.data();
    uint16_t *next = nexts.data();
    uint8_t *row = rows.data();
    nb::gil_scoped_release released;
    const size_t here = 2 * table, after = 2 * ((table + 1) % CHUNKS);
    auto read = [&](size_t i, size_t offset) {
        uint16_t bits;
        std::memcpy(&bits, data + WIDTH * i + offset, 2);
        return bits;
    };
    std::vector<uint32_t> cursor(STARTS);
    for (size_t i = 0; i < count; i++) cursor[read(i, here) + 1u]++;
    for (size_t b = 0; b < BUCKETS; b++) cursor[b + 1] += cursor[b];
    std::copy(cursor.begin(), cursor.end(), start);
    for (size_t i = 0; i < count; i++) {
        const size_t place = cursor[read(i, here)]++;
        next[place] = read(i, after);
        if (table) {
            row[3 * place] = uint8_t(i);
            row[3 * place + 1] = uint8_t(i >> 8);
            row[3 * place + 2] = uint8_t(i >> 16);
        }
    }
}

} // namespace tutela::hamming

namespace tutela {
void bind_hamming(nanobind::module_ &module) {
    namespace nb = nanobind;
    using namespace hamming;
    nb::class_<Segment>(module, "HammingSegment")
        .def(nb::init<Bytes, size_t, size_t, size_t, size_t, size_t, std::optional<Bytes>, unsigned>(), nb::arg("file"),
             nb::arg("count"), nb::arg("values"), nb::arg("starts"), nb::arg("nexts"), nb::arg("rows"),
             nb::arg("verified").none(), nb::arg("block_bits"))
        .def("search", &Segment::search, nb::arg("queries"), nb::arg("radius"), nb::arg("threads"), nb::arg("verify"));
    module.def("hamming_scan", &scan, nb::arg("values"), nb::arg("queries"), nb::arg("radius"), nb::arg("threads"));
    module.def("hamming_order", &order, nb::arg("values"));
    module.def("hamming_fill_table", &fill_table, nb::arg("values"), nb::arg("table"), nb::arg("starts"),
               nb::arg("nexts"), nb::arg("rows"));
}
} // namespace tutela
