/* Ed25519 and X25519 in one piece, so that the arithmetic that libsodium writes into both is there
   once, and without its table of the base point's multiples: 30 KB that no compression makes smaller
   and that a phone would load before anything else. */
#define ge25519_scalarmult_base ge25519_scalarmult_table
#include "crypto_core/ed25519/ref10/ed25519_ref10.c"
#undef ge25519_scalarmult_base

/* In the place of the one with the table: as constant in time, only two to three times as long. */
void ge25519_scalarmult_base(ge25519_p3 *h, const unsigned char *a) {
    /* RFC 8032 section 5.1: y is 4/5, x is even. */
    static const unsigned char encoded[32] = {
        0x58, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
        0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
    };
    ge25519_p3 base;
    ge25519_frombytes(&base, encoded);
    ge25519_scalarmult(h, a, &base);
}

#include "crypto_scalarmult/curve25519/ref10/x25519_ref10.c"
