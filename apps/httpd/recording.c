/* recording.c: see recording.h. */
#include "recording.h"

static void on_event(void *user, const struct lucid_event *event) {
    live_record_event(((struct recording *)user)->record, event);
}

/* Each connection that loses something is told by the record itself. */
static void on_lost(void *user, uint64_t count) {
    (void)user, (void)count;
}

void recording_open(struct recording *recording, struct live_record *record, struct tracing *tracing) {
    *recording = (struct recording){.record = record, .tracing = tracing};
    if (record) {
        tracing_add(tracing, (struct tracing_reader){on_event, on_lost, NULL, recording}, LIVE_RECORD_KINDS);
    }
}

static void catch_up(void *user) {
    struct recording *recording = user;
    tracing_drain(recording->tracing, lucid_host_stack(recording->host));
}

void recording_start(struct recording *recording, struct lucid_host *host, uint64_t epoch) {
    recording->host = host;
    if (recording->record) {
        live_record_stack(recording->record, lucid_host_stack(host), epoch);
        live_record_catch_up(recording->record, catch_up, recording);
    }
}

static void wake(struct lucid_host *host, void *user) {
    struct recording *recording = user;
    recording->rests = false;
    tracing_rest(recording->tracing, lucid_host_stack(host), false);
}

void recording_turn(struct recording *recording) {
    lucid_time until;
    if (!recording->record || recording->rests || live_record_awake(recording->record, lucid_host_now(), &until)) {
        return;
    }
    int timer = lucid_host_timer(recording->host, until, wake, recording);
    recording->rests = timer >= 0 && tracing_rest(recording->tracing, lucid_host_stack(recording->host), true);
    if (timer >= 0 && !recording->rests) {
        lucid_host_cancel(recording->host, timer);
    }
}

void recording_packet(struct recording *recording, bool leaves, lucid_time now, const struct lucid_packet *packet) {
    if (recording->record) {
        live_record_packet(recording->record, leaves, now, packet);
    }
}
