/* Ed25519's base point times a number, in the place of libsodium's. That has a table of 30 KB, which
   no compression makes smaller and which a phone would load before anything else. The general
   multiplication takes as constant a time, only two to three times as long. */
#include "private/ed25519_ref10.h"

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
