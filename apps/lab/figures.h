/* figures.h: the figures of RFC 9293 that show segments, as data (figures.def). */
#ifndef LAB_FIGURES_H
#define LAB_FIGURES_H

#include <stdint.h>

#define FIGURE_SOME UINT32_MAX

/* One segment of a figure. */
struct figure_line {
    const char *figure; /* "9293:8" */
    unsigned line;      /* as the RFC numbers them */
    char sender;        /* 'A' or 'B' */
    uint32_t seq;
    int64_t ack;       /* -1: the figure shows none */
    const char *flags; /* "SA" */
    uint32_t length;   /* octets of data; FIGURE_SOME: some */
};

/* All lines, figure by figure; the last has figure NULL. */
extern const struct figure_line FIGURES[];

#endif
