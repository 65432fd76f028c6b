#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include "pdq.hpp"

namespace nb = nanobind;

namespace tutela {

static nb::tuple pdq_of(nb::ndarray<const std::uint8_t, nb::device::cpu> pixels, std::size_t full_height,
                        std::size_t full_width, std::size_t shrink) {
    const bool colour = pixels.ndim() == 3;
    if (!(pixels.ndim() == 2 || (colour && pixels.shape(2) == 3)))
        throw nb::value_error("pixels have the shape (height, width) or (height, width, 3)");
    const std::size_t height = pixels.shape(0), width = pixels.shape(1);
    if (height == 0 || width == 0) throw nb::value_error("the picture has no pixels");
    if (shrink == 0 || height != (full_height + shrink - 1) / shrink || width != (full_width + shrink - 1) / shrink)
        throw nb::value_error("the picture is not the full size divided by `shrink`, rounded up");
    // An axis of one pixel may have any stride.
    if ((colour && (pixels.stride(2) != 1 || (width > 1 && pixels.stride(1) != 3))) ||
        (!colour && width > 1 && pixels.stride(1) != 1))
        throw nb::value_error("the samples of a row lie one after another: use numpy.ascontiguousarray");
    const Picture picture{pixels.data(), static_cast<std::ptrdiff_t>(pixels.stride(0)), colour ? 3 : 1, height, width,
                          full_height,   full_width, shrink};
    PdqHashes hashes;
    {
        nb::gil_scoped_release released;
        hashes = pdq(picture);
    }
    return nb::make_tuple(nb::bytes(hashes.values.data(), hashes.values.size()), hashes.quality);
}

void bind_pdq(nb::module_ &module) {
    module.def("pdq", &pdq_of, nb::arg("pixels"), nb::arg("full_height"), nb::arg("full_width"), nb::arg("shrink"));
}

} // namespace tutela
