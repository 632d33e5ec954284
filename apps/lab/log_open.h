/* log_open.h: a log to be shown: read, and refused when it contradicts itself. `lucid-lab check` lists all of it. */
#ifndef LAB_LOG_OPEN_H
#define LAB_LOG_OPEN_H

#include "lab/tlog.h"

/* Returns the log, or NULL and the sentence. */
struct tlog *log_open(const char *file, char error[LAB_ERROR]);

#endif
