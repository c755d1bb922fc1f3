#include "host.h"

#include <sodium.h>
#include <stddef.h>
#include <stdint.h>

/* The one thing the page lends the program: crypto.getRandomValues into its memory. */
__attribute__((import_module("env"), import_name("random"))) extern void page_random(
    void *bytes, size_t count);

static const char *name(void) { return "page"; }

static uint32_t random_word(void) {
    uint32_t word;
    page_random(&word, sizeof word);
    return word;
}

static void random_bytes(void *const bytes, const size_t count) { page_random(bytes, count); }

static randombytes_implementation from_page = {
    .implementation_name = name, .random = random_word, .buf = random_bytes};

int kith_begin(void) {
    randombytes_set_implementation(&from_page);
    return sodium_init();
}

/* Called by libsodium's assertions; the page sees a trap and says that the program stopped. */
_Noreturn void __assert_fail(const char *what, const char *file, int line, const char *function) {
    (void) what, (void) file, (void) line, (void) function;
    __builtin_trap();
}

/* Called by the compiler's check that a 64-bit product fits: WebAssembly has no such instruction,
   and the C library here leaves the function to the compiler's own. */
typedef union {
    __int128 whole;
    struct {
        uint64_t low, high;
    } half;
} wide;

__int128 __multi3(__int128 a, __int128 b) {
    const wide x = {.whole = a}, y = {.whole = b};
    const uint64_t x0 = (uint32_t) x.half.low, x1 = x.half.low >> 32;
    const uint64_t y0 = (uint32_t) y.half.low, y1 = y.half.low >> 32;
    const uint64_t low = x0 * y0, first = x1 * y0 + (low >> 32);
    const uint64_t second = x0 * y1 + (uint32_t) first;
    wide out;
    out.half.low = second << 32 | (uint32_t) low;
    out.half.high = x1 * y1 + (first >> 32) + (second >> 32) + x.half.low * y.half.high +
                    x.half.high * y.half.low;
    return out.whole;
}
