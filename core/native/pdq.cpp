// The published code blurs the whole picture with two box filters along each axis, then samples 64 x 64 points and
// takes 16 x 16 frequencies. Blur and sampling are linear and act on rows and columns apart: each of the 64 samples
// along an axis is a short weighted sum of neighbours. So one pass over the rows adds each into the few sums that it
// is part of, and a second pass does the same along the columns of what is left.
//
// No loop here adds in another order on another processor, and the file is compiled without fused multiply-add:
// every set of instructions gives the same bits.
#include "pdq.hpp"

#include "instructions.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#define TUTELA_INLINE static inline __attribute__((always_inline))

namespace tutela {
namespace {

constexpr std::size_t SIDE = 64;
constexpr std::size_t FREQUENCIES = 16;
constexpr std::size_t LANES = 16; // partial sums of a dot product

// One output along an axis: the sum of `weights` times the inputs from `first` on. Padded with zeros to LANES.
struct Sum {
    std::size_t first;
    std::vector<float> weights;
};

// The published filter for 64 samples of `length` inputs, as weights of inputs that are means of `shrink` each:
// 64 sums, then the 64 of the mirrored picture.
std::vector<Sum> sums_along(std::size_t length, std::size_t shrink) {
    const std::size_t full = (length + 2 * SIDE - 1) / (2 * SIDE), half = (full + 2) / 2;
    const auto begin = [&](std::size_t at) { return at > full - half ? at - (full - half) : 0; };
    const auto end = [&](std::size_t at) { return std::min(at + half, length); };
    std::vector<Sum> sums(2 * SIDE);
    std::vector<double> slope, weights;
    for (std::size_t i = 0; i < SIDE; ++i) {
        const auto sample = static_cast<std::size_t>((static_cast<double>(i) + 0.5) * static_cast<double>(length) / SIDE);
        const std::size_t from = begin(begin(sample)), to = end(end(sample) - 1);
        slope.assign(to - from + 1, 0.0);
        for (std::size_t inner = begin(sample); inner < end(sample); ++inner) {
            const double share = 1.0 / static_cast<double>(end(sample) - begin(sample)) *
                                 (1.0 / static_cast<double>(end(inner) - begin(inner)));
            slope[begin(inner) - from] += share;
            slope[end(inner) - from] -= share;
        }
        for (const bool mirrored : {false, true}) {
            const std::size_t low = mirrored ? length - to : from, high = mirrored ? length - from : to;
            Sum &sum = sums[mirrored ? SIDE + i : i];
            sum.first = low / shrink;
            const std::size_t count = (high - 1) / shrink - sum.first + 1;
            weights.assign(count, 0.0);
            double weight = 0;
            for (std::size_t at = from; at < to; ++at) {
                weight += slope[at - from];
                weights[(mirrored ? length - 1 - at : at) / shrink - sum.first] += weight;
            }
            sum.weights.assign((count + LANES - 1) / LANES * LANES, 0.0F);
            for (std::size_t k = 0; k < count; ++k) sum.weights[k] = static_cast<float>(weights[k]);
        }
    }
    return sums;
}

TUTELA_INLINE void luminance_of(const std::uint8_t *samples, int channels, std::size_t width, float *line) {
    if (channels == 1) {
        for (std::size_t x = 0; x < width; ++x) line[x] = static_cast<float>(samples[x]);
        return;
    }
    for (std::size_t x = 0; x < width; ++x)
        line[x] = 0.299F * static_cast<float>(samples[3 * x]) + 0.587F * static_cast<float>(samples[3 * x + 1]) +
                  0.114F * static_cast<float>(samples[3 * x + 2]);
}

TUTELA_INLINE void add_weighted(const float *__restrict line, float weight, std::size_t width, float *__restrict sum) {
    for (std::size_t x = 0; x < width; ++x) sum[x] += weight * line[x];
}

TUTELA_INLINE float dot(const float *__restrict values, const float *__restrict weights, std::size_t count) {
    float lanes[LANES] = {};
    for (std::size_t k = 0; k < count; k += LANES)
        for (std::size_t lane = 0; lane < LANES; ++lane) lanes[lane] += values[k + lane] * weights[k + lane];
    for (std::size_t step = LANES / 2; step > 0; step /= 2)
        for (std::size_t lane = 0; lane < step; ++lane) lanes[lane] += lanes[lane + step];
    return lanes[0];
}

using Reduced = std::array<std::array<float, 2 * SIDE>, 2 * SIDE>;

// The 64 x 64 samples of the four flips, in quarters: mirrored columns in the right half, mirrored rows in the lower.
TUTELA_INLINE void reduce_body(const Picture &picture, Reduced &reduced) {
    const std::vector<Sum> down = sums_along(picture.full_height, picture.shrink);
    const std::vector<Sum> across = sums_along(picture.full_width, picture.shrink);
    const std::size_t step = picture.width + LANES; // what the padding of a sum reaches beyond the edge stays zero
    std::vector<float> line(picture.width), sums(2 * SIDE * step, 0.0F);
    // Sums in the order in which they begin, so that few are looked at for each row.
    std::array<std::size_t, 2 * SIDE> order;
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return down[a].first < down[b].first; });
    std::size_t oldest = 0;
    for (std::size_t y = 0; y < picture.height; ++y) {
        luminance_of(picture.samples + static_cast<std::ptrdiff_t>(y) * picture.row_step, picture.channels,
                     picture.width, line.data());
        for (std::size_t k = oldest; k < order.size() && down[order[k]].first <= y; ++k) {
            const Sum &sum = down[order[k]];
            const std::size_t at = y - sum.first;
            if (at < sum.weights.size()) {
                if (sum.weights[at] != 0.0F)
                    add_weighted(line.data(), sum.weights[at], picture.width, sums.data() + order[k] * step);
            } else if (k == oldest) {
                ++oldest;
            }
        }
    }
    for (std::size_t i = 0; i < 2 * SIDE; ++i)
        for (std::size_t j = 0; j < 2 * SIDE; ++j) {
            const Sum &sum = across[j];
            reduced[i][j] = dot(sums.data() + i * step + sum.first, sum.weights.data(), sum.weights.size());
        }
}

using Samples = std::array<std::array<double, SIDE>, SIDE>;
using Cosines = std::array<std::array<double, SIDE>, FREQUENCIES>;
using Coefficients = std::array<std::array<double, FREQUENCIES>, FREQUENCIES>;

Cosines make_cosines() {
    Cosines made;
    for (std::size_t k = 0; k < FREQUENCIES; ++k)
        for (std::size_t x = 0; x < SIDE; ++x)
            made[k][x] = std::sqrt(2.0 / SIDE) * std::cos(3.14159265358979323846 / 2 / SIDE *
                                                          static_cast<double>((k + 1) * (2 * x + 1)));
    return made;
}

TUTELA_INLINE void frequencies_body(const Cosines &cosines, const Samples &samples, Coefficients &coefficients) {
    for (std::size_t u = 0; u < FREQUENCIES; ++u) {
        std::array<double, SIDE> row{};
        for (std::size_t y = 0; y < SIDE; ++y)
            for (std::size_t x = 0; x < SIDE; ++x) row[x] += cosines[u][y] * samples[y][x];
        for (std::size_t v = 0; v < FREQUENCIES; ++v) {
            double lanes[LANES] = {};
            for (std::size_t x = 0; x < SIDE; x += LANES)
                for (std::size_t lane = 0; lane < LANES; ++lane) lanes[lane] += row[x + lane] * cosines[v][x + lane];
            for (std::size_t step = LANES / 2; step > 0; step /= 2)
                for (std::size_t lane = 0; lane < step; ++lane) lanes[lane] += lanes[lane + step];
            coefficients[u][v] = lanes[0];
        }
    }
}

#if TUTELA_X86
__attribute__((target("avx2"))) void reduce_avx2(const Picture &p, Reduced &r) { reduce_body(p, r); }
__attribute__((target("avx2"))) void frequencies_avx2(const Cosines &c, const Samples &s, Coefficients &f) {
    frequencies_body(c, s, f);
}
__attribute__((target("avx512f,avx512bw,avx512vl"))) void reduce_avx512(const Picture &p, Reduced &r) {
    reduce_body(p, r);
}
__attribute__((target("avx512f,avx512bw,avx512vl"))) void frequencies_avx512(const Cosines &c, const Samples &s,
                                                                              Coefficients &f) {
    frequencies_body(c, s, f);
}
#endif
void reduce_portable(const Picture &p, Reduced &r) { reduce_body(p, r); }
void frequencies_portable(const Cosines &c, const Samples &s, Coefficients &f) { frequencies_body(c, s, f); }

int quality_of(const Samples &samples) {
    long gradient = 0;
    for (std::size_t y = 0; y < SIDE; ++y)
        for (std::size_t x = 0; x < SIDE; ++x) {
            if (y + 1 < SIDE) gradient += std::labs(static_cast<long>((samples[y][x] - samples[y + 1][x]) * 100 / 255));
            if (x + 1 < SIDE) gradient += std::labs(static_cast<long>((samples[y][x] - samples[y][x + 1]) * 100 / 255));
        }
    return static_cast<int>(std::min(gradient / 90, 100L));
}

// Coefficient 0,0 is the lowest bit of the last byte, as the published hexadecimal is written.
void write_bits(const Coefficients &coefficients, double median, bool transposed, std::uint8_t *value) {
    std::fill(value, value + 32, std::uint8_t{0});
    for (std::size_t u = 0; u < FREQUENCIES; ++u)
        for (std::size_t v = 0; v < FREQUENCIES; ++v) {
            const std::size_t bit = transposed ? FREQUENCIES * v + u : FREQUENCIES * u + v;
            if (coefficients[u][v] > median) value[31 - bit / 8] |= static_cast<std::uint8_t>(1U << (bit % 8));
        }
}

} // namespace

PdqHashes pdq(const Picture &picture) {
    static const Cosines cosines = make_cosines();
    Reduced reduced;
    auto reduce = reduce_portable;
    auto frequencies = frequencies_portable;
#if TUTELA_X86
    if (instructions() == Instructions::avx512) {
        reduce = reduce_avx512;
        frequencies = frequencies_avx512;
    } else if (instructions() == Instructions::avx2) {
        reduce = reduce_avx2;
        frequencies = frequencies_avx2;
    }
#endif
    reduce(picture, reduced);
    // For each flip of the picture, where its value stands and where that of its transposition does.
    struct Flip {
        bool rows, columns;
        std::size_t plain, transposed;
    };
    constexpr Flip FLIPS[] = {{false, false, 0, 6}, {false, true, 4, 1}, {true, false, 5, 3}, {true, true, 2, 7}};
    PdqHashes hashes{};
    for (const Flip &flip : FLIPS) {
        Samples samples;
        for (std::size_t y = 0; y < SIDE; ++y)
            for (std::size_t x = 0; x < SIDE; ++x)
                samples[y][x] = reduced[y + (flip.rows ? SIDE : 0)][x + (flip.columns ? SIDE : 0)];
        if (!flip.rows && !flip.columns) hashes.quality = quality_of(samples);
        Coefficients coefficients;
        frequencies(cosines, samples, coefficients);
        std::array<double, FREQUENCIES * FREQUENCIES> sorted;
        std::copy_n(coefficients[0].data(), sorted.size(), sorted.begin());
        std::nth_element(sorted.begin(), sorted.begin() + 127, sorted.end());
        write_bits(coefficients, sorted[127], false, hashes.values.data() + 32 * flip.plain);
        write_bits(coefficients, sorted[127], true, hashes.values.data() + 32 * flip.transposed);
    }
    return hashes;
}

} // namespace tutela
