// Binds the compiled part of Tutela to Python: one line a function, everything else is in its own file.
#include <nanobind/nanobind.h>

#include "instructions.hpp"

namespace nb = nanobind;

namespace tutela {
void bind_hamming(nb::module_ &);
void bind_pdq(nb::module_ &);
} // namespace tutela

NB_MODULE(_native, module) {
    module.attr("INSTRUCTIONS") = tutela::name(tutela::instructions());
    tutela::bind_hamming(module);
    tutela::bind_pdq(module);
}
