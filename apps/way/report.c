/* report.c: see report.h: what is said of an act besides its rows. */
#include "report.h"

#include <stdio.h>
#include <string.h>

int way_report_build(struct way_report *report, const struct way_plan *plan, const struct way_record *record,
                     const struct way_take *take, unsigned takes, bool all) {
    bool full = false;
    report->plan = plan;
    report->record = record;
    report->take = take;
    report->takes = takes;
    for (unsigned i = 0; i < takes; i++) {
        way_net_build(&report->net[i], record, &take[i], plan);
        way_timeline_build(&report->timeline[i], record, &take[i], &plan->act[i], &report->net[i], all);
        full = full || report->net[i].full || report->timeline[i].cut;
    }
    return full ? -1 : 0;
}

void way_report_free(struct way_report *report) {
    for (unsigned i = 0; i < report->takes; i++) {
        way_timeline_free(&report->timeline[i]);
        way_net_free(&report->net[i]);
    }
}

const char *way_hop_about(const struct way_plan *plan, enum way_hop hop) {
    static const char *const about[] = {
        [WAY_CLIENT] = "curl, as a browser would do it; 10.77.0.1, the kernel's TCP",
        [WAY_DNS] = "the name server on our stack; 10.77.0.2, UDP port 53",
        [WAY_NGINX] = "the web server in front; 10.77.0.1, port 80, the kernel's TCP",
        [WAY_UWSGI] = "the application server behind; port 3031, the kernel's TCP",
        [WAY_APP] = "a Python function, called by uWSGI (WSGI)",
        [WAY_OURS] = "our web server on our TCP; 10.77.0.2, port 80, and 3032 for uwsgi packets",
        [WAY_NOBODY] = "port 81 of 10.77.0.1, where nobody listens",
    };
    if (hop == WAY_CLIENT && plan->browser) {
        return "Chromium, without a window; 10.77.0.1, the kernel's TCP";
    }
    return about[hop];
}

/* ---- who knows what ---- */

struct teller {
    void (*call)(void *user, enum way_hop hop, const char *sentence);
    void *user;
};

static void tell(const struct teller *teller, enum way_hop hop, const char *sentence) {
    teller->call(teller->user, hop, sentence);
}

static void tell_client(const struct way_take *take, const struct teller *teller) {
    char sentence[256];
    if (take->exit != 0) {
        snprintf(sentence, sizeof sentence, "exit status %d: %.*s", take->exit, (int)strcspn(take->complaint, "\n"),
                 take->complaint);
    } else {
        snprintf(sentence, sizeof sentence, "status %.3s", take->answers);
    }
    tell(teller, WAY_CLIENT, sentence);
}

/* The time line's own words about what this hop sent. */
static void tell_rows(const struct way_timeline *timeline, enum way_hop hop, const struct teller *teller) {
    char sentence[256];
    for (unsigned i = 0; i < timeline->rows; i++) {
        const struct way_row *row = &timeline->row[i];
        bool said = row->from == hop && (row->topic == WAY_TROUBLE || (hop == WAY_DNS && row->topic == WAY_NAME));
        if (said) {
            snprintf(sentence, sizeof sentence, "%s: %s", row->label.data, row->what.data);
            tell(teller, hop, sentence);
            return;
        }
    }
}

/* The reason in a line of Nginx's error log: "date [error] 12#12: *1 REASON, client: ..., upstream: ..." */
static void tell_error_line(const char *line, size_t length, const struct teller *teller) {
    char copy[512], sentence[600];
    snprintf(copy, sizeof copy, "%.*s", (int)length, line);
    char *star = strstr(copy, ": *"), *reason = star ? strchr(star + 3, ' ') : NULL;
    if (!reason || strstr(copy, "keepalive connection")) {
        return;
    }
    reason[strcspn(reason, "\n")] = '\0';
    char *end = strstr(reason, ", client:");
    if (end) {
        *end = '\0';
    }
    snprintf(sentence, sizeof sentence, "error log: %s", reason + 1);
    tell(teller, WAY_NGINX, sentence);
}

/* "10.77.0.1 - - [date] "GET / HTTP/1.1" 502 157 ..." */
static void tell_access_line(const char *line, const struct teller *teller) {
    const char *request = strchr(line, '"'), *end = request ? strchr(request + 1, '"') : NULL;
    char sentence[300];
    if (end) {
        snprintf(sentence, sizeof sentence, "access log: %.200s", request);
        sentence[strlen("access log: ") + (size_t)(end - request) + 5] = '\0';
        tell(teller, WAY_NGINX, sentence);
    }
}

static void tell_nginx(const struct way_take *take, const struct teller *teller) {
    for (const char *line = take->nginx_error; *line;) {
        size_t length = strcspn(line, "\n");
        tell_error_line(line, length, teller);
        line += length + (line[length] == '\n');
    }
    tell_access_line(take->nginx_access, teller);
}

static void tell_app(const struct way_take *take, const struct teller *teller) {
    if (take->app[0] == '\0') {
        tell(teller, WAY_APP, "was never called");
    } else if (strstr(take->app, "answers")) {
        tell(teller, WAY_APP, "did its work, and saw nothing wrong");
    } else if (strstr(take->app, "dies")) {
        tell(teller, WAY_APP, "is gone; uWSGI starts another process");
    } else {
        tell(teller, WAY_APP, "was called, and is still working");
    }
}

void way_knowledge(const struct way_report *report, unsigned act,
                   void (*call)(void *user, enum way_hop hop, const char *sentence), void *user) {
    const struct teller teller = {call, user};
    const struct way_take *take = &report->take[act];
    for (unsigned i = 0; i < report->plan->hops; i++) {
        enum way_hop hop = report->plan->hop[i];
        if (hop == WAY_CLIENT) {
            tell_client(take, &teller);
        } else if (hop == WAY_NGINX) {
            tell_nginx(take, &teller);
        } else if (hop == WAY_APP) {
            tell_app(take, &teller);
        } else {
            tell_rows(&report->timeline[act], hop, &teller);
        }
    }
}

/* ---- figures ---- */

static void put_time(struct text *text, const char *what, uint64_t from, uint64_t to) {
    if (from > 0 && to >= from) {
        text_format(text, "%s%s %.2f ms", text->length > 0 ? ", " : "", what, (double)(to - from) / 1e6);
    }
}

void way_times_say(const struct way_report *report, unsigned act, struct text *text) {
    const struct way_times *times = &report->timeline[act].times;
    const struct way_take *take = &report->take[act];
    if (report->steps || !times->answer) {
        return;
    }
    put_time(text, "the client starts", take->began, times->name_asked);
    put_time(text, "name", times->name_asked, times->name_known);
    put_time(text, "connection", times->open_begun, times->open_done);
    put_time(text, "from the request to the answer", times->request, times->answer);
    put_time(text, "in all", take->began, take->ended);
}

void way_connections_say(const struct way_report *report, unsigned act, struct text *text) {
    const struct way_net *net = &report->net[act];
    const struct way_waiting *now = &report->take[act].waiting;
    struct way_waiting before = {0, 0};
    bool first = true;
    if (act > 0) {
        before = report->take[act - 1].waiting;
    }
    for (unsigned i = 0; i < report->plan->hops; i++) {
        enum way_hop hop = report->plan->hop[i];
        unsigned count = 0;
        for (unsigned c = 0; c < net->connections; c++) {
            count += net->connection[c].end[1].hop == hop && !net->connection[c].refused;
        }
        if (count > 0) {
            text_format(text, "%s%u to %s", first ? "" : ", ", count, way_hop_name(hop));
            first = false;
        }
    }
    if (!first) {
        text_format(text, "; now in TIME-WAIT: %u more on the kernel's side, %u more on ours",
                    now->kernel - before.kernel, now->ours - before.ours);
    }
}

/* ---- states ---- */

static unsigned states_seen(const struct way_report *report) {
    unsigned seen = 0;
    for (unsigned act = 0; act < report->takes; act++) {
        const struct way_net *net = &report->net[act];
        for (size_t i = 0; i < net->segments; i++) {
            const struct way_segment *segment = &net->segment[i];
            seen |= segment->before[0] | segment->before[1] | segment->after[0] | segment->after[1];
        }
    }
    return seen;
}

void way_states_say(const struct way_report *report, void (*call)(void *user, const char *name, const char *about),
                    void *user) {
    static const struct {
        unsigned state;
        const char *about;
    } states[] = {
        {LUCID_CLOSED, "there is no connection"},
        {LUCID_LISTEN, "waits for somebody to ask for a connection"},
        {LUCID_SYN_SENT, "has asked for one, and waits for the answer"},
        {LUCID_SYN_RECEIVED, "was asked, has agreed, and waits to hear that this arrived"},
        {LUCID_ESTABLISHED, "data can go both ways"},
        {LUCID_FIN_WAIT_1, "has said that it will send no more, and waits to hear that this arrived"},
        {LUCID_FIN_WAIT_2, "knows that it arrived, and waits for the other side to end, too"},
        {LUCID_CLOSE_WAIT, "the other side has ended; this one may still send"},
        {LUCID_CLOSING, "both ended at the same time"},
        {LUCID_LAST_ACK, "both have ended; waits to hear that its own end arrived"},
        {LUCID_TIME_WAIT, "has confirmed the last end, and waits in case that got lost; whoever ends first has to"},
    };
    unsigned seen = states_seen(report);
    for (unsigned i = 0; i < sizeof states / sizeof states[0]; i++) {
        if (seen & states[i].state) {
            call(user, lucid_state_name(states[i].state), states[i].about);
        }
    }
}
