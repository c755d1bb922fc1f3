/* What stands in for an operating system inside the page. */
#pragma once

#include <stddef.h>

/* Must be called before anything else; negative if libsodium refuses to start. */
int kith_begin(void);

/* Room for a request, to be given back with free; NULL where the browser lends no more. */
unsigned char *kith_reserve(size_t count);
