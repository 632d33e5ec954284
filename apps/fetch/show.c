/* show.c: see show.h. */
#include "show.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/trace_text.h"

/* Events that the stack keeps until they are taken, twice in each turn of the loop. */
static const uint32_t CAPACITY = 16384;

int show_begin(struct show *show, const struct fetch_options *options, struct lucid_stack *stack, lucid_time now) {
    *show = (struct show){.verbose = options->verbose, .trace = options->trace, .zero = now, .line = text_growing()};
    if (!stack) {
        return 0;
    }
    if (show->trace) {
        return lucid_trace_enable(stack, LUCID_TRACE_ALL, CAPACITY);
    }
    return show->verbose ? lucid_trace_enable(stack, 1u << LUCID_EVENT_STATE, CAPACITY) : 0;
}

void show_end(struct show *show) {
    text_free(&show->line);
}

static void print_line(struct show *show) {
    if (show->line.data) {
        fwrite(show->line.data, 1, show->line.length, stderr);
    }
    show->line.length = 0;
}

void show_head(struct show *show, char mark, const void *octets, size_t length) {
    const char *at = octets, *end = at + length;
    while (show->verbose && at < end) {
        const char *lf = memchr(at, '\n', (size_t)(end - at));
        const char *line_end = lf ? lf : end;
        text_put_char(&show->line, mark);
        text_put_char(&show->line, ' ');
        for (; at < line_end; at++) {
            bool plain = (unsigned char)*at >= ' ' && (unsigned char)*at < 0x7f;
            if (plain || *at != '\r') {
                text_put_char(&show->line, plain ? *at : '?');
            }
        }
        text_put_char(&show->line, '\n');
        print_line(show);
        at = line_end + 1;
    }
}

void show_remark(struct show *show, const char *format, ...) {
    if (show->verbose) {
        va_list arguments;
        va_start(arguments, format);
        fputs("* ", stderr);
        vfprintf(stderr, format, arguments);
        fputc('\n', stderr);
        va_end(arguments);
    }
}

static void show_event(struct show *show, const struct lucid_event *event) {
    if (event->number > show->number + 1) {
        trace_text_lost(&show->line, event->number - show->number - 1);
    }
    show->number = event->number;
    text_put(&show->line, show->verbose && event->kind == LUCID_EVENT_STATE ? "* " : "");
    trace_text_event(&show->line, event, show->zero);
    print_line(show);
}

void show_events(struct show *show, struct lucid_stack *stack) {
    struct lucid_event event;
    while (stack && lucid_trace_next(stack, &event, NULL)) {
        show_event(show, &event);
    }
}
