#include <nanobind/nanobind.h>
namespace tutela {
void bind_pdq(nanobind::module_ &) {}
} // namespace tutela
