/* cmd_export.c: `lucid-lab export FILE.tlog --svg --mermaid ...`: a run in the forms of other programs. What each file
 * is called: the log's name without .tlog, what it shows, the form: run.ladder.svg, run.A.c1.csv.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lab/export_files.h"
#include "lab/i18n.h"
#include "lab/lab.h"
#include "lab/log_open.h"

static const char USAGE[] = "for example `lucid-lab export run.tlog --svg --html -o pictures`";

/* What was asked for, as bits of enum export_form. */
struct request {
    const char *file;
    unsigned forms;
    struct export_job job;
};

static int read_number(const char *option, const char *value, uint32_t *number) {
    char *end;
    unsigned long n = value ? strtoul(value, &end, 10) : 0;
    if (!value || *end || end == value || n > UINT32_MAX) {
        return lab_refuse("%s needs the number of an event; %s", option, USAGE);
    }
    *number = (uint32_t)n;
    return LAB_OK;
}

static int read_value(struct request *request, const char *option, const char *value) {
    struct export_job *job = &request->job;
    if (!strcmp(option, "--event")) {
        return read_number(option, value, &job->event);
    }
    if (!strcmp(option, "--from")) {
        return read_number(option, value, &job->from);
    }
    if (!strcmp(option, "--to")) {
        return read_number(option, value, &job->to);
    }
    if (!value) {
        return lab_refuse("%s needs a value; %s", option, USAGE);
    }
    if (!strcmp(option, "-o")) {
        job->folder = value;
    } else {
        job->at = value;
    }
    return LAB_OK;
}

/* One option; *used: how many words it was. */
static int read_option(struct request *request, char **argv, int *used) {
    static const char *const valued[] = {"-o", "--event", "--from", "--to", "--at"};
    *used = 1;
    for (unsigned i = 0; i < sizeof valued / sizeof *valued; i++) {
        if (!strcmp(argv[0], valued[i])) {
            *used = 2;
            return read_value(request, argv[0], argv[1]);
        }
    }
    if (!strcmp(argv[0], "--zh")) {
        i18n_choose("zh");
        return LAB_OK;
    }
    int form = export_form(argv[0]);
    if (form >= 0) {
        request->forms |= 1u << form;
        return LAB_OK;
    }
    if ((argv[0][0] == '-' && argv[0][1]) || request->file) {
        return lab_refuse("export does not know %s; %s", argv[0], USAGE);
    }
    request->file = argv[0];
    return LAB_OK;
}

static int make_folder(const char *folder) {
    if (folder && mkdir(folder, 0777) < 0 && errno != EEXIST) {
        return lab_refuse("%s cannot be made: %s", folder, strerror(errno));
    }
    return LAB_OK;
}

static int export(struct request *request) {
    char error[LAB_ERROR];
    struct tlog *log = log_open(request->file, error);
    if (!log) {
        return lab_refuse("%s", error);
    }
    int result = make_folder(request->job.folder);
    if (result == LAB_OK) {
        request->job.log = log;
        request->job.name = request->file;
        result = export_files(&request->job, request->forms, error) < 0 ? lab_refuse("%s", error) : LAB_OK;
    }
    tlog_free(log);
    return result;
}

int lab_export(int argc, char **argv) {
    struct request request = {0};
    int used;
    for (int i = 1; i < argc; i += used) {
        if (read_option(&request, argv + i, &used) != LAB_OK) {
            return LAB_USAGE;
        }
    }
    if (!request.file) {
        return lab_refuse("export needs the file of a log; %s", USAGE);
    }
    if (request.forms == 0) {
        return lab_refuse("export in which form? --html --svg --png --mermaid --dot --csv --text --pcap --pcapng; %s",
                          USAGE);
    }
    return export(&request);
}
