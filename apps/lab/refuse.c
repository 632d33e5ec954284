/* refuse.c: see lab.h. */
#include <stdarg.h>
#include <stdio.h>

#include "lab/lab.h"

int lab_refuse(const char *format, ...) {
    va_list list;
    fputs("lucid-lab: ", stderr);
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fputc('\n', stderr);
    return LAB_USAGE;
}
