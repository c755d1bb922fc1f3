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
