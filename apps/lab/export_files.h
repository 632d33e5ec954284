/* export_files.h: the files of an export: their names, and writing them. Used by the command and by the key e. */
#ifndef LAB_EXPORT_FILES_H
#define LAB_EXPORT_FILES_H

#include "lab/tlog.h"

enum export_kind {
    EXPORT_HTML,
    EXPORT_SVG,
    EXPORT_PNG,
    EXPORT_MERMAID,
    EXPORT_DOT,
    EXPORT_CSV,
    EXPORT_TEXT,
    EXPORT_PCAP,
    EXPORT_PCAPNG,
    EXPORT_KINDS
};

/* The form of "--svg"; -1: none. */
int export_form(const char *option);

struct export_job {
    const struct tlog *log;
    const char *name;   /* of the log's file; "-" or NULL: "run" */
    const char *folder; /* where the files go; NULL: where the log is */
    const char *at;     /* node of a capture; NULL: the first */
    uint32_t event;     /* machines and windows are shown at this one; 0: the last */
    uint32_t from, to;  /* events of the ladder; 0: from the first, to the last */
    bool quiet;         /* do not print the names of what was written */
};

/* Writes the files of all forms asked for, and prints their names. Returns how many; -1 and the sentence. */
int export_files(const struct export_job *job, unsigned forms, char error[LAB_ERROR]);

#endif
