// Which instructions the inner loops use: chosen once, when the module is loaded.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__)
#define TUTELA_X86 1
#else
#define TUTELA_X86 0
#endif

namespace tutela {

enum class Instructions { portable, avx2, avx512 };

// The widest that this processor has, or less where TUTELA_CORE_INSTRUCTIONS asks for it.
Instructions instructions();

const char *name(Instructions chosen);

} // namespace tutela
