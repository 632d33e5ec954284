/* memory.h: what every host lends to a stack: malloc and getrandom. */
#ifndef TUN_MEMORY_H
#define TUN_MEMORY_H

#include "lucid/lucid.h"

/* Sets alloc, free and random in *config. */
void host_lend(struct lucid_config *config);

/* How many packets of 64 KB to keep for a core whose L2 cache has so many octets; 0 or less: nobody knows. */
uint32_t host_chunk_spares(long cache);

#endif
