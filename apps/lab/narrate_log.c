/* narrate_log.c: a whole log in words, as it grows; its title and its banners. See narrate.h. */
#include <inttypes.h>

#include "lab/i18n.h"
#include "lab/narrate.h"

void narrate_title(struct text *out, const struct tlog *log) {
    const struct tlog_header *header = tlog_header(log);
    narrate_escape(out, header->lab.at, header->lab.length);
    if (header->variant.length > 0) {
        text_put_char(out, ' ');
        narrate_escape(out, header->variant.at, header->variant.length);
    }
    text_put(out, header->lab.length > 0 ? "  " : "");
    narrate_escape(out, header->world.at, header->world.length);
    text_format(out, "  seed %" PRIu64, header->seed);
}

/* RFC 9293 3.4.2: two minutes. A log with less says so, for no conformance is claimed with short timers. */
#define MSL_OF_RFC UINT64_C(120000000000)

void narrate_banner(struct text *out, const struct tlog *log) {
    const struct tlog_header *header = tlog_header(log);
    char part[200];
    for (unsigned i = 0; i < header->without_count; i++) {
        struct text name = text_fixed(part, sizeof part);
        narrate_escape(&name, header->without[i].at, header->without[i].length);
        text_put(out, out->length > 0 ? "  " : "");
        i18n_put(out, "banner.without", part, NULL);
    }
    if (header->msl > 0 && header->msl < MSL_OF_RFC) {
        struct text span = text_fixed(part, sizeof part);
        narrate_span(&span, header->msl);
        text_put(out, out->length > 0 ? "  " : "");
        i18n_put(out, "banner.live", part, NULL);
    }
}

void narrate_begin(FILE *to, const struct tlog *log) {
    struct text text = text_growing();
    narrate_title(&text, log);
    text_put_char(&text, '\n');
    size_t title = text.length;
    struct text banner = text_growing();
    narrate_banner(&banner, log);
    if (banner.length > 0) {
        text_put(&text, banner.data);
        text_put_char(&text, '\n');
    }
    fwrite(text.data, 1, text.length > title ? text.length : title, to);
    text_free(&banner);
    text_free(&text);
}

int narrate_print(FILE *to, struct model *model, uint32_t n, bool brief) {
    struct text text = text_growing();
    int result = 0;
    while (model->at < n && result == 0) {
        result = model_goto(model, model->at + 1);
        const struct tlog_event *event = tlog_at(model->log, model->at);
        if (result < 0 || !event || (brief && narrate_is_detail(event))) {
            continue;
        }
        text.length = 0;
        narrate_event(&text, model, event);
        text_put_char(&text, '\n');
        fwrite(text.data, 1, text.length, to);
    }
    text_free(&text);
    return result;
}
