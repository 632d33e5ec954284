/* fuzz_tlog.c: any octets as a log: read, folded, checked.
 *
 * A line that is refused leaves the log as it was, and its sentence says where; what is taken can be folded to any
 * event, back too, and the check of it ends, whatever it says.
 */
#include "fuzz.h"
#include "lab/model.h"
#include "lab/tlog_check.h"

#include <string.h>

static void add_line(struct tlog *log, const uint8_t *line, size_t length) {
    char error[LAB_ERROR] = "";
    uint32_t before = tlog_count(log);
    size_t octets, octets_before;
    tlog_lines(log, &octets_before);
    const uint8_t *copy = at_the_edge(line, length);
    int result = tlog_add(log, (const char *)copy, length, error);
    tlog_lines(log, &octets);
    MUST(result == 0 || !strncmp(error, "line ", 5));
    MUST(result == 0 ? octets > octets_before : (octets == octets_before && tlog_count(log) == before));
}

static void fold(const struct tlog *log) {
    struct model *model = model_new(log);
    uint32_t count = tlog_count(log);
    MUST(model);
    MUST(!model_goto(model, count) && model->at == count);
    MUST(!model_goto(model, count / 2) && model->at == count / 2);
    for (unsigned node = 0; node < TLOG_NODES_MAX; node++) {
        unsigned other;
        struct model_connection *newest = model_newest(model, node);
        MUST(!newest || model_find(model, node, newest->c));
        if (newest) {
            model_peer(model, node, newest, &other);
        }
    }
    model_free(model);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct tlog *log = tlog_new();
    struct tlog_report report;
    const uint8_t *at = data, *end;
    MUST(log);
    size = size < ROOM ? size : ROOM;
    end = data + size;
    while (at < end) {
        const uint8_t *feed = memchr(at, '\n', (size_t)(end - at));
        const uint8_t *next = feed ? feed + 1 : end;
        add_line(log, at, (size_t)(next - at));
        at = next;
    }
    fold(log);
    MUST(!tlog_check(log, &report));
    tlog_free(log);
    return 0;
}
