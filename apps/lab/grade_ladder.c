/* grade_ladder.c: a story as a ladder: events on the left, the student's machine in the middle, RFC 9293 on the right;
 * as text, and as an SVG picture. The last rung is where the two part.
 */
#include <stdio.h>
#include <string.h>

#include "lab/grade.h"
#include "lab/svg.h"

/* The answer of the RFC, or the machine's own where it is as right. */
static struct oracle_answer right_answer(const struct grade_story *story, unsigned i) {
    struct oracle_answer want = oracle_answer(&story->at[i]);
    if (i + 1 < story->count) {
        want.to = story->got[i].to;
        want.out = story->got[i].out;
    }
    return want;
}

static void put_got(struct text *text, const struct pupil_answer *got) {
    if (got->fate == PUPIL_ANSWERED) {
        text_put(text, oracle_state_name(got->to));
        text_put(text, got->out ? ": " : "");
        if (got->out) {
            oracle_put_out(text, got->out);
        }
        return;
    }
    text_put(text, got->fate == PUPIL_HUNG ? "(endless)" : "(crash)");
}

static void put_want(struct text *text, const struct oracle_answer *want) {
    text_put(text, oracle_state_name(want->to));
    if (want->out) {
        text_put(text, ": ");
        oracle_put_out(text, want->out);
    }
}

static bool is_segment(enum ev_kind kind) {
    return kind >= SEG_SYN;
}

void grade_print_ladder(const struct grade_story *story, struct text *text) {
    text_format(text, "      %-28s   %-34s %s\n", "", "you", "RFC 9293");
    text_format(text, "      %-28s | %-34s | %s\n", "", "CLOSED", "CLOSED");
    for (unsigned i = 0; i < story->count; i++) {
        char got_room[100], want_room[100], event[40], shaft[40] = "";
        struct text got = text_fixed(got_room, sizeof got_room), want = text_fixed(want_room, sizeof want_room);
        struct oracle_answer answer = right_answer(story, i);
        put_got(&got, &story->got[i]);
        put_want(&want, &answer);
        bool segment = is_segment(story->at[i].kind);
        snprintf(event, sizeof event, "%s%s ", segment ? "-- " : "* ", oracle_kind_name(story->at[i].kind));
        if (segment) {
            size_t length = strlen(event) < 27 ? 27 - strlen(event) : 0;
            memset(shaft, '-', length);
            snprintf(shaft + length, sizeof shaft - length, ">");
        }
        bool last = i + 1 == story->count;
        text_format(text, "  %2u  %s%-*s | %-34s | %s%s\n", i + 1, event, (int)(28 - strlen(event)), shaft, got_room,
                    want_room, last ? "   <--" : "");
    }
}

/* ---- SVG ---- */

#define WIDTH 1120.0
#define LEFT 60.0
#define YOU 330.0
#define RFC 660.0
#define TOP 90.0
#define RUNG 42.0
#define HEAD 7.0

static void put_arrow(struct svg *svg, double y, bool segment) {
    char head[80];
    svg_line(svg, segment ? "gone" : "edge text_edge", LEFT, y, YOU - HEAD, y);
    snprintf(head, sizeof head, "M%.0f %.0fL%.0f %.0fL%.0f %.0fZ", YOU - HEAD, y - HEAD / 2, YOU - 1, y, YOU - HEAD,
             y + HEAD / 2);
    svg_path(svg, "head", head);
}

static void put_rung(struct svg *svg, const struct grade_story *story, unsigned i) {
    char got_room[100], want_room[100];
    struct text got = text_fixed(got_room, sizeof got_room), want = text_fixed(want_room, sizeof want_room);
    struct oracle_answer answer = right_answer(story, i);
    double y = TOP + RUNG * (i + 1);
    bool last = i + 1 == story->count;
    put_got(&got, &story->got[i]);
    put_want(&want, &answer);
    svg_text(svg, "", LEFT + 8, y - 7, SVG_START, oracle_kind_name(story->at[i].kind));
    put_arrow(svg, y, is_segment(story->at[i].kind));
    svg_text(svg, last ? "lost" : "", YOU + 12, y + 5, SVG_START, got_room);
    svg_text(svg, last ? "first bold" : "", RFC + 12, y + 5, SVG_START, want_room);
}

static void put_poles(struct svg *svg, double height) {
    static const struct {
        double x;
        const char *name, *begin;
    } poles[] = {{LEFT, "user, clock, peer", ""}, {YOU, "you", "CLOSED"}, {RFC, "RFC 9293", "CLOSED"}};
    for (unsigned i = 0; i < sizeof poles / sizeof poles[0]; i++) {
        svg_line(svg, "pole", poles[i].x, TOP - 24, poles[i].x, height - 12);
        svg_text(svg, "bold", poles[i].x, TOP - 32, i ? SVG_MIDDLE : SVG_START, poles[i].name);
        svg_text(svg, "", poles[i].x + 12, TOP, SVG_START, poles[i].begin);
    }
}

void grade_print_svg(const struct grade_story *story, struct text *text) {
    const char *title = "The shortest story that separates your machine from RFC 9293";
    double height = TOP + RUNG * (story->count + 1);
    struct text events = text_growing();
    text_put(&events, "Events: ");
    grade_put_story(&events, story);
    struct svg svg = svg_begin(text, WIDTH, height, title, events.data ? events.data : "");
    svg_text(&svg, "title", LEFT, 30, SVG_START, title);
    put_poles(&svg, height);
    for (unsigned i = 0; i < story->count; i++) {
        put_rung(&svg, story, i);
    }
    svg_end(&svg);
    text_free(&events);
}

void grade_write_picture(const struct grade *grade, const struct grade_story *story, unsigned stage, unsigned number) {
    char path[600];
    if (!story->count) {
        return;
    }
    struct text svg = text_growing();
    grade_print_svg(story, &svg);
    snprintf(path, sizeof path, "%s/fail-%u-%02u.svg", grade->options.directory, stage, number);
    FILE *file = fopen(path, "w");
    if (file) {
        fwrite(svg.data, 1, svg.length, file);
        fclose(file);
    }
    text_free(&svg);
}
