#include "instructions.hpp"

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace tutela {

static Instructions widest() {
#if TUTELA_X86
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512bitalg") && __builtin_cpu_supports("avx512vpopcntdq") &&
        __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("fma"))
        return Instructions::avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("popcnt"))
        return Instructions::avx2;
#endif
    return Instructions::portable;
}

static Instructions choose() {
    const Instructions most = widest();
    const char *asked = std::getenv("TUTELA_CORE_INSTRUCTIONS");
    if (asked == nullptr || *asked == '\0') return most;
    for (Instructions one : {Instructions::portable, Instructions::avx2, Instructions::avx512})
        if (std::string(asked) == name(one)) {
            if (one > most)
                throw std::runtime_error(std::string("TUTELA_CORE_INSTRUCTIONS: this processor has no ") + asked);
            return one;
        }
    throw std::runtime_error(std::string("TUTELA_CORE_INSTRUCTIONS is portable, avx2 or avx512, not ") + asked);
}

Instructions instructions() {
    static const Instructions chosen = choose();
    return chosen;
}

const char *name(Instructions chosen) {
    switch (chosen) {
    case Instructions::avx512: return "avx512";
    case Instructions::avx2: return "avx2";
    default: return "portable";
    }
}

} // namespace tutela
