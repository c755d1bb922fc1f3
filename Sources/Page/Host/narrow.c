/* BLAKE2b and Argon2's mixing in 32-bit arithmetic, for the plain JavaScript build only. There a
   64-bit operation is many, and libsodium's unrolled rounds become functions too long for the
   browser's compiler; these stay in a loop, one round long. */
#include "narrow.h"

#include <stddef.h>

#define ADD(a, b)              \
    do {                       \
        a##l += b##l;          \
        a##h += b##h + (a##l < b##l); \
    } while (0)

/* x = (x ^ y) rotated right by 32, or by a count under 32. */
#define XOR_TURN32(x, y)       \
    do {                       \
        t = x##l ^ y##l;       \
        x##l = x##h ^ y##h;    \
        x##h = t;              \
    } while (0)
#define XOR_TURN(x, y, count)  \
    do {                       \
        x##l ^= y##l;          \
        x##h ^= y##h;          \
        t = x##l;              \
        x##l = x##l >> (count) | x##h << (32 - (count)); \
        x##h = x##h >> (count) | t << (32 - (count));    \
    } while (0)
/* Right by 63 is left by one. */
#define XOR_TURN63(x, y)       \
    do {                       \
        x##l ^= y##l;          \
        x##h ^= y##h;          \
        t = x##l;              \
        x##l = x##l << 1 | x##h >> 31; \
        x##h = x##h << 1 | t >> 31;    \
    } while (0)

#define TAKE(x) uint32_t x##l = x[0], x##h = x[1]
#define PUT(x) (x[0] = x##l, x[1] = x##h)

/* G of RFC 7693 section 3.1. */
__attribute__((always_inline)) static inline void mix(
    half *a, half *b, half *c, half *d, const half *x, const half *y) {
    uint32_t t;
    TAKE(a); TAKE(b); TAKE(c); TAKE(d); TAKE(x); TAKE(y);
    ADD(a, b); ADD(a, x); XOR_TURN32(d, a);
    ADD(c, d); XOR_TURN(b, c, 24);
    ADD(a, b); ADD(a, y); XOR_TURN(d, a, 16);
    ADD(c, d); XOR_TURN63(b, c);
    PUT(a); PUT(b); PUT(c); PUT(d);
}

static const uint8_t sigma[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
};

static const half initial[16] = {
    0xf3bcc908, 0x6a09e667, 0x84caa73b, 0xbb67ae85, 0xfe94f82b, 0x3c6ef372, 0x5f1d36f1, 0xa54ff53a,
    0xade682d1, 0x510e527f, 0x2b3e6c1f, 0x9b05688c, 0xfb41bd6b, 0x1f83d9ab, 0x137e2179, 0x5be0cd19,
};

/* Stands in for libsodium's function of this name, whose state begins with the eight words of the
   chain, two of the counter and two of the finishing flags. */
int blake2b_compress_ref(void *state, const uint8_t block[128]) {
    half *h = state, v[32], m[32];
    for (int i = 0; i < 32; i++) m[i] = ((const half *) block)[i];
    for (int i = 0; i < 16; i++) v[i] = h[i];
    for (int i = 0; i < 16; i++) v[16 + i] = initial[i];
    for (int i = 0; i < 8; i++) v[24 + i] ^= h[16 + i];
#pragma clang loop unroll(disable)
    for (int round = 0; round < 12; round++) {
        const uint8_t *s = sigma[round < 10 ? round : round - 10];
#define STEP(i, a, b, c, d) \
    mix(v + 2 * a, v + 2 * b, v + 2 * c, v + 2 * d, m + 2 * s[2 * i], m + 2 * s[2 * i + 1])
        STEP(0, 0, 4, 8, 12);
        STEP(1, 1, 5, 9, 13);
        STEP(2, 2, 6, 10, 14);
        STEP(3, 3, 7, 11, 15);
        STEP(4, 0, 5, 10, 15);
        STEP(5, 1, 6, 11, 12);
        STEP(6, 2, 7, 8, 13);
        STEP(7, 3, 4, 9, 14);
    }
    for (int i = 0; i < 16; i++) h[i] ^= v[i] ^ v[16 + i];
    return 0;
}

/* a += b + 2 * low(a) * low(b), the product made of 16-bit ones. */
#define ADD_PRODUCT(a, b)                                              \
    do {                                                               \
        uint32_t a0 = a##l & 0xffff, a1 = a##l >> 16;                  \
        uint32_t b0 = b##l & 0xffff, b1 = b##l >> 16;                  \
        uint32_t low = a0 * b0, middle = a1 * b0 + (low >> 16);        \
        uint32_t other = a0 * b1 + (middle & 0xffff);                  \
        uint32_t ph = a1 * b1 + (middle >> 16) + (other >> 16);        \
        uint32_t pl = other << 16 | (low & 0xffff);                    \
        ph = ph << 1 | pl >> 31;                                       \
        pl <<= 1;                                                      \
        ADD(a, b);                                                     \
        ADD(a, p);                                                     \
    } while (0)

void narrow_blamka(half *a, half *b, half *c, half *d) {
    uint32_t t;
    TAKE(a); TAKE(b); TAKE(c); TAKE(d);
    ADD_PRODUCT(a, b); XOR_TURN32(d, a);
    ADD_PRODUCT(c, d); XOR_TURN(b, c, 24);
    ADD_PRODUCT(a, b); XOR_TURN(d, a, 16);
    ADD_PRODUCT(c, d); XOR_TURN63(b, c);
    PUT(a); PUT(b); PUT(c); PUT(d);
}
