/* config.h: the files that the programs are given: see config.c. */
#ifndef WAY_CONFIG_H
#define WAY_CONFIG_H

struct way_config {
    const char *name, *text;
};

/* The last one has no name. */
extern const struct way_config way_configs[];

#endif
