/* Included ahead of libsodium's Argon2 when the program becomes plain JavaScript: takes the place
   of its blamka-round-ref.h, whose 64-bit arithmetic JavaScript does not have. */
#pragma once
#define blamka_round_ref_H

#include <stdint.h>

/* The halves of a 64-bit word, low one first. */
typedef uint32_t __attribute__((may_alias)) half;

void narrow_blamka(half *a, half *b, half *c, half *d);

#define G(a, b, c, d) narrow_blamka((half *) &(a), (half *) &(b), (half *) &(c), (half *) &(d))

/* Eight G of Argon2's permutation (RFC 9106 section 3.6): four columns, then four diagonals. */
#define BLAKE2_ROUND_NOMSG(v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15) \
    do {                                                                                        \
        G(v0, v4, v8, v12);                                                                     \
        G(v1, v5, v9, v13);                                                                     \
        G(v2, v6, v10, v14);                                                                    \
        G(v3, v7, v11, v15);                                                                    \
        G(v0, v5, v10, v15);                                                                    \
        G(v1, v6, v11, v12);                                                                    \
        G(v2, v7, v8, v13);                                                                     \
        G(v3, v4, v9, v14);                                                                     \
    } while (0)
