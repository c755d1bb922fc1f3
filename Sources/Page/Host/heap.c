/* The program's heap: small, and every block is wiped when it is given back, so that what a visit
   forgets is gone from the page's memory. Blocks have sizes of their own, four to a doubling, and go
   back to the list of their size; big blocks are cut from new memory. */
#include "host.h"

#include <stdint.h>
#include <string.h>

#define PAGE_BYTES 65536
#define SIZES 112
/* Room for the size's number; what is lent begins on 16 bytes. */
#define HEAD 16

extern unsigned char __heap_base;

static uintptr_t next, end;
static void *lists[SIZES];

/* Of sizes 16, 20, 24, 28, 32, 40, ... in units of 4 bytes from 64 on. */
static size_t bytes_of(unsigned size) { return (size_t) (4 + size % 4) << (size / 4 + 2); }

static unsigned size_of(size_t count) {
    unsigned size = 0;
    while (size < SIZES && bytes_of(size) < count) size++;
    return size;
}

void *malloc(size_t count) {
    unsigned size = size_of(count);
    size_t room;
    unsigned char *block;
    if (size == SIZES) return NULL;
    if (lists[size]) {
        block = lists[size];
        memcpy(&lists[size], block, sizeof(void *));
        return block;
    }
    room = (bytes_of(size) + HEAD + 15) & ~(size_t) 15;
    if (!next) {
        next = ((uintptr_t) &__heap_base + 15) & ~(uintptr_t) 15;
        end = (uintptr_t) __builtin_wasm_memory_size(0) * PAGE_BYTES;
    }
    if (room > end - next) {
        size_t pages = (room - (end - next) + PAGE_BYTES - 1) / PAGE_BYTES;
        if (__builtin_wasm_memory_grow(0, pages) == (size_t) -1) return NULL;
        end += pages * PAGE_BYTES;
    }
    block = (unsigned char *) next + HEAD;
    next += room;
    memcpy(block - HEAD, &size, sizeof size);
    return block;
}

void free(void *block) {
    unsigned size;
    if (!block) return;
    memcpy(&size, (unsigned char *) block - HEAD, sizeof size);
    memset(block, 0, bytes_of(size));
    memcpy(block, &lists[size], sizeof(void *));
    lists[size] = block;
}

void *calloc(size_t count, size_t each) {
    void *block;
    if (each && count > SIZE_MAX / each) return NULL;
    block = malloc(count * each);
    if (block) memset(block, 0, count * each);
    return block;
}

void *realloc(void *block, size_t count) {
    unsigned size;
    void *other = malloc(count);
    if (!other || !block) return other;
    memcpy(&size, (unsigned char *) block - HEAD, sizeof size);
    memcpy(other, block, bytes_of(size) < count ? bytes_of(size) : count);
    free(block);
    return other;
}

/* What Swift allocates with. It looks at neither the status nor the block, and address 0 can be
   written to here: without room there is no going on. Every block begins on 16 bytes, and nothing
   here asks for more. */
int posix_memalign(void **block, size_t on, size_t count) {
    if (on > 16 || !(*block = malloc(count))) __builtin_trap();
    return 0;
}

unsigned char *kith_reserve(size_t count) { return malloc(count); }

void *aligned_alloc(size_t on, size_t count) { return on > 16 ? NULL : malloc(count); }
