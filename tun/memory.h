/* memory.h: what every host lends to a stack: malloc and getrandom. */
#ifndef TUN_MEMORY_H
#define TUN_MEMORY_H

#include "lucid/lucid.h"

/* Sets alloc, free and random in *config. */
void host_lend(struct lucid_config *config);

#endif
