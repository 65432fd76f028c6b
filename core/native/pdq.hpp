// PDQ, the 256-bit perceptual hash that Meta published in 2019, of a picture in its 8 orientations.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace tutela {

// Rows of 8-bit samples, one (luminance) or three (red, green, blue) a pixel. `row_step` is in bytes.
//
// A reduced picture has one pixel for each `shrink` x `shrink` of the full one, their mean; at the right and lower
// edge fewer where the full size is no multiple. The hash is then that of the full picture as far as means tell.
struct Picture {
    const std::uint8_t *samples;
    std::ptrdiff_t row_step;
    int channels;
    std::size_t height, width;
    std::size_t full_height, full_width, shrink;
};

struct PdqHashes {
    // 8 values of 32 bytes: upright, turned counterclockwise by 90, 180 and 270 degrees, flipped left-right and
    // top-bottom, transposed, transversed.
    std::array<std::uint8_t, 256> values;
    int quality; // 0 to 100
};

PdqHashes pdq(const Picture &picture);

} // namespace tutela
