/* The program's heap: small, and every block is wiped when it is given back, so that what a visit
   forgets is gone from the page's memory. Blocks have sizes of their own, four to a doubling, and go
   back to the list of their size; big blocks are cut from new memory. */
#include "host.h"

#include <stdint.h>
#include <string.h>

#define PAGE_BYTES 65536
#define SIZES 112
/* Room for a head; what is lent begins on 16 bytes, or on more if that is asked for. */
#define HEAD 16

/* Before what is lent: its block's size, and where in the block it begins. */
struct head {
    unsigned size;
    size_t skipped;
};

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

static struct head head_of(void *lent) {
    struct head head;
    memcpy(&head, (unsigned char *) lent - HEAD, sizeof head);
    return head;
}

void *malloc(size_t count) {
    struct head head = {size_of(count), 0};
    const unsigned size = head.size;
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
    memcpy(block - HEAD, &head, sizeof head);
    return block;
}

void free(void *lent) {
    struct head head;
    unsigned char *block;
    if (!lent) return;
    head = head_of(lent);
    block = (unsigned char *) lent - head.skipped;
    memset(block, 0, bytes_of(head.size));
    memcpy(block, &lists[head.size], sizeof(void *));
    lists[head.size] = block;
}

/* On a power of two. */
static void *malloc_on(size_t on, size_t count) {
    struct head head;
    unsigned char *block;
    if (on <= HEAD) return malloc(count);
    if (count > SIZE_MAX - on || !(block = malloc(count + on - HEAD))) return NULL;
    head = head_of(block);
    head.skipped = -(uintptr_t) block & (on - 1);
    block += head.skipped;
    memcpy(block - HEAD, &head, sizeof head);
    return block;
}

void *calloc(size_t count, size_t each) {
    void *block;
    if (each && count > SIZE_MAX / each) return NULL;
    block = malloc(count * each);
    if (block) memset(block, 0, count * each);
    return block;
}

void *realloc(void *block, size_t count) {
    struct head head;
    size_t had;
    void *other = malloc(count);
    if (!other || !block) return other;
    head = head_of(block);
    had = bytes_of(head.size) - head.skipped;
    memcpy(other, block, had < count ? had : count);
    free(block);
    return other;
}

/* What Swift allocates with. It looks at neither the status nor the block, and address 0 can be
   written to here: without room there is no going on. */
int posix_memalign(void **block, size_t on, size_t count) {
    if (!(*block = malloc_on(on, count))) __builtin_trap();
    return 0;
}

unsigned char *kith_reserve(size_t count) { return malloc(count); }

void *aligned_alloc(size_t on, size_t count) { return malloc_on(on, count); }
