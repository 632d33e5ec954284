/* log_open.c: see log_open.h. */
#include "lab/log_open.h"

#include <stdio.h>

#include "lab/tlog_check.h"

struct tlog *log_open(const char *file, char error[LAB_ERROR]) {
    struct tlog_report report;
    struct tlog *log = tlog_read(file, error);
    if (!log) {
        return NULL;
    }
    if (tlog_check(log, &report) < 0) {
        snprintf(error, LAB_ERROR, "there is no memory to check %.150s", file);
    } else if (report.faults > 0) {
        snprintf(error, LAB_ERROR, "%.80s contradicts itself, first at event %u; `lucid-lab check` says where and how",
                 file, (unsigned)report.fault[0].event);
    } else {
        return log;
    }
    tlog_free(log);
    return NULL;
}
