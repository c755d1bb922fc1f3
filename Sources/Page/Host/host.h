/* What stands in for an operating system inside the page. */
#pragma once

/* Must be called before anything else; negative if libsodium refuses to start. */
int kith_begin(void);
