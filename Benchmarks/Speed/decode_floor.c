// What reading a scene costs at least: every tile or strip of the first image of a TIFF is decoded once by libtiff, on a number of threads, and
// nothing is done with it.
//
//     cc -O3 decode_floor.c -o decode_floor -ltiff -lpthread
//     decode_floor FILE THREADS
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <tiffio.h>

enum { maximum_threads = 256 };

static const char *path;
static atomic_uint next_block;

static void fail(const char *problem) {
    fprintf(stderr, "decode_floor: %s: %s\n", path, problem);
    exit(1);
}

// A handle of its own for each thread, since libtiff's are not to be shared; blocks are taken in turn.
static void *decode_blocks(void *unused) {
    TIFF *file = TIFFOpen(path, "rm");
    if (!file) fail("cannot be opened");
    const int tiled = TIFFIsTiled(file);
    const uint32_t count = tiled ? TIFFNumberOfTiles(file) : TIFFNumberOfStrips(file);
    const tmsize_t size = tiled ? TIFFTileSize(file) : TIFFStripSize(file);
    void *block = malloc((size_t)size);
    if (!block) fail("no memory for a block");
    for (uint32_t i; (i = atomic_fetch_add(&next_block, 1)) < count;) {
        const tmsize_t got = tiled ? TIFFReadEncodedTile(file, i, block, size) : TIFFReadEncodedStrip(file, i, block, size);
        if (got < 0) fail("a block cannot be decoded");
    }
    free(block);
    TIFFClose(file);
    return unused;
}

int main(int count, char **words) {
    if (count != 3) {
        fprintf(stderr, "usage: decode_floor FILE THREADS\n");
        return 2;
    }
    TIFFSetWarningHandler(NULL);  // of GeoTIFF tags that libtiff does not know
    path = words[1];
    const int threads = atoi(words[2]);
    if (threads < 1 || threads > maximum_threads) fail("the number of threads is out of range");
    pthread_t others[maximum_threads];
    for (int i = 1; i < threads; i++) {
        if (pthread_create(&others[i], NULL, decode_blocks, NULL)) fail("no thread");
    }
    decode_blocks(NULL);
    for (int i = 1; i < threads; i++) pthread_join(others[i], NULL);
    return 0;
}
