/* sim_forge.c: segments made by hand, by a node that pretends to be another: for the lessons on attacks. See sim.h.
 *
 *     M forge A->B RST seq nxt+5
 *     M forge A:40000->B:80 SYN,ACK seq 17 ack nxt win 1000 data "x"
 *
 * Without ports, those of the newest connection between the two at B are meant. In seq, nxt is what B expects next
 * (RCV.NXT) and end the right edge of its window (RCV.NXT + RCV.WND); in ack, nxt is what B sends next (SND.NXT) and
 * una the oldest that is not acknowledged (SND.UNA). An attacker would have to guess them: that is what is counted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/sim.h"

#define IP4_HEADER 20
#define TCP_HEADER 20
#define DATA_MOST 1000

struct forgery {
    struct lucid_sockaddr source, destination;
    uint8_t flags;
    uint32_t seq, ack;
    uint16_t window;
    const char *data;
    size_t length;
};

struct forger {
    struct node *attacker, *victim;
    const struct lab_words *words;
    unsigned at;
    struct lucid_tcp_info info; /* of the victim's connection */
    bool known;
    char *error;
};

static const char EXAMPLE[] = "for example `M forge A->B RST seq nxt+5`";

/* ---- who and whom ---- */

static struct node *read_end(struct forger *forger, const char *text, size_t length, uint16_t *port) {
    char name[16];
    uint64_t number = 0;
    const char *colon = memchr(text, ':', length);
    size_t letters = colon ? (size_t)(colon - text) : length;
    char digits[8] = "";
    if (letters == 0 || letters >= sizeof name || length - letters >= sizeof digits) {
        return NULL;
    }
    memcpy(name, text, letters);
    name[letters] = '\0';
    if (colon) {
        memcpy(digits, colon + 1, length - letters - 1);
        if (words_number(digits, 65535, &number) < 0) {
            return NULL;
        }
    }
    *port = (uint16_t)number;
    return sim_node(forger->attacker->world, name);
}

static bool meant(const struct forgery *forgery, const struct lucid_tcp_info *info) {
    return lucid_addr_equal(&info->remote.addr, &forgery->source.addr) && info->state != LUCID_LISTEN &&
           (forgery->source.port == 0 || forgery->source.port == info->remote.port) &&
           (forgery->destination.port == 0 || forgery->destination.port == info->local.port);
}

/* The victim's newest connection with these ends. */
static void find_connection(struct forger *forger, struct forgery *forgery) {
    struct lucid_tcp_info info;
    uint32_t cursor = 0;
    while (forger->victim->stack && lucid_info_next(forger->victim->stack, &cursor, &info)) {
        if (meant(forgery, &info) && (!forger->known || info.connection > forger->info.connection)) {
            forger->info = info;
            forger->known = true;
        }
    }
    if (forger->known) {
        forgery->source.port = forger->info.remote.port;
        forgery->destination.port = forger->info.local.port;
    }
}

static int read_ends(struct forger *forger, struct forgery *forgery) {
    const char *text = words_at(forger->words, forger->at), *arrow = strstr(text, "->");
    const struct node *source = NULL;
    if (arrow) {
        source = read_end(forger, text, (size_t)(arrow - text), &forgery->source.port);
        forger->victim = read_end(forger, arrow + 2, strlen(arrow + 2), &forgery->destination.port);
    }
    if (!source || !forger->victim || forger->victim == forger->attacker) {
        return words_fail(forger->error, "`%.40s` does not say as whom and to whom; %s", text, EXAMPLE);
    }
    forgery->source.addr = source->address.addr;
    forgery->destination.addr = forger->victim->address.addr;
    if (!lucid_addr_is_ipv4(&forgery->source.addr) || !lucid_addr_is_ipv4(&forgery->destination.addr)) {
        return words_fail(forger->error, "only IPv4 segments are made by hand");
    }
    find_connection(forger, forgery);
    if (forgery->source.port == 0 || forgery->destination.port == 0) {
        return words_fail(forger->error, "%s has no such connection: name both ports, as in A:40000->B:80",
                          forger->victim->name);
    }
    forger->at++;
    return 0;
}

/* ---- what it says ---- */

static int read_flags(struct forger *forger, struct forgery *forgery) {
    static const struct {
        const char *name;
        uint8_t flag;
    } flags[] = {{"SYN", LUCID_SYN}, {"ACK", LUCID_ACK}, {"RST", LUCID_RST}, {"FIN", LUCID_FIN}, {"PSH", LUCID_PSH}};
    char room[64], *rest = room, *name;
    snprintf(room, sizeof room, "%s", words_at(forger->words, forger->at));
    while ((name = strsep(&rest, ",+"))) {
        unsigned i = 0;
        while (i < 5 && strcmp(name, flags[i].name) != 0) {
            i++;
        }
        if (i == 5) {
            return words_fail(forger->error,
                              "`%.40s` are no flags; they are SYN, ACK, RST, FIN, PSH with commas between; "
                              "%s",
                              room, EXAMPLE);
        }
        forgery->flags |= flags[i].flag;
    }
    forger->at++;
    return 0;
}

/* "17", "nxt", "nxt+5", "end-1"; the two names and what they stand for. */
static int read_sequence(struct forger *forger, const char *const name[2], const uint32_t value[2], uint32_t *result) {
    const char *text = words_at(forger->words, forger->at);
    size_t letters = strcspn(text, "+-0123456789");
    uint64_t number = 0;
    uint32_t base = 0;
    bool found = letters == 0;
    for (unsigned i = 0; i < 2; i++) {
        if (letters == strlen(name[i]) && !memcmp(text, name[i], letters)) {
            base = value[i];
            found = forger->known;
        }
    }
    bool minus = text[letters] == '-';
    const char *digits = text + letters + (letters > 0 && (minus || text[letters] == '+'));
    if (!found || (*digits ? words_number(digits, UINT32_MAX, &number) < 0 : letters == 0)) {
        return words_fail(forger->error,
                          "`%.40s` is no sequence number: a number, or %s or %s and an offset if there is "
                          "a connection; %s",
                          text, name[0], name[1], EXAMPLE);
    }
    forger->at++;
    *result = minus ? base - (uint32_t)number : base + (uint32_t)number;
    return 0;
}

static int read_seq(struct forger *forger, struct forgery *forgery) {
    static const char *const names[] = {"nxt", "end"};
    const uint32_t values[] = {forger->info.rcv_nxt, forger->info.rcv_nxt + forger->info.rcv_wnd};
    return read_sequence(forger, names, values, &forgery->seq);
}

static int read_ack(struct forger *forger, struct forgery *forgery) {
    static const char *const names[] = {"nxt", "una"};
    const uint32_t values[] = {forger->info.snd_nxt, forger->info.snd_una};
    forgery->flags |= LUCID_ACK;
    return read_sequence(forger, names, values, &forgery->ack);
}

static int read_window(struct forger *forger, struct forgery *forgery) {
    uint64_t number;
    if (words_number(words_at(forger->words, forger->at), 65535, &number) < 0) {
        return words_fail(forger->error, "win needs a number up to 65535");
    }
    forgery->window = (uint16_t)number;
    forger->at++;
    return 0;
}

static int read_data(struct forger *forger, struct forgery *forgery) {
    if (forger->at >= forger->words->count || forger->words->word[forger->at].length > DATA_MOST) {
        return words_fail(forger->error, "data needs a text of up to %d octets in quotes", DATA_MOST);
    }
    forgery->data = forger->words->word[forger->at].text;
    forgery->length = forger->words->word[forger->at].length;
    forger->at++;
    return 0;
}

static int read_parts(struct forger *forger, struct forgery *forgery) {
    static const struct {
        const char *name;
        int (*read)(struct forger *forger, struct forgery *forgery);
    } parts[] = {{"seq", read_seq}, {"ack", read_ack}, {"win", read_window}, {"data", read_data}};
    while (forger->at < forger->words->count) {
        unsigned i = 0;
        while (i < 4 && !words_is(forger->words, forger->at, parts[i].name)) {
            i++;
        }
        if (i == 4) {
            return words_fail(forger->error, "`%.40s` is not expected here: a segment has seq, ack, win and data; %s",
                              words_at(forger->words, forger->at), EXAMPLE);
        }
        forger->at++;
        if (parts[i].read(forger, forgery) < 0) {
            return -1;
        }
    }
    return 0;
}

/* ---- making it ---- */

static void build_tcp(uint8_t *tcp, const struct forgery *forgery) {
    uint8_t pseudo[12] = {0};
    look_put16(tcp, forgery->source.port);
    look_put16(tcp + 2, forgery->destination.port);
    look_put32(tcp + 4, forgery->seq);
    look_put32(tcp + 8, forgery->ack);
    tcp[12] = TCP_HEADER / 4 << 4;
    tcp[13] = forgery->flags;
    look_put16(tcp + 14, forgery->window);
    if (forgery->length > 0) {
        memcpy(tcp + TCP_HEADER, forgery->data, forgery->length);
    }
    memcpy(pseudo, forgery->source.addr.octet + 12, 4);
    memcpy(pseudo + 4, forgery->destination.addr.octet + 12, 4);
    pseudo[9] = 6;
    look_put16(pseudo + 10, (uint16_t)(TCP_HEADER + forgery->length));
    uint16_t sum = (uint16_t)~look_checksum(0, pseudo, sizeof pseudo);
    look_put16(tcp + 16, look_checksum(sum, tcp, TCP_HEADER + forgery->length));
}

static size_t build(uint8_t *octets, const struct forgery *forgery) {
    size_t length = IP4_HEADER + TCP_HEADER + forgery->length;
    memset(octets, 0, IP4_HEADER + TCP_HEADER);
    octets[0] = 0x45;
    look_put16(octets + 2, (uint16_t)length);
    octets[8] = 64;
    octets[9] = 6;
    memcpy(octets + 12, forgery->source.addr.octet + 12, 4);
    memcpy(octets + 16, forgery->destination.addr.octet + 12, 4);
    look_put16(octets + 10, look_checksum(0, octets, IP4_HEADER));
    build_tcp(octets + IP4_HEADER, forgery);
    return length;
}

/* No stack sends it, but it leaves a node: the log has it as it has all segments. */
static void record(struct node *attacker, const struct forgery *forgery, uint64_t id) {
    struct lucid_event event = {.time = attacker->world->now, .kind = LUCID_EVENT_SEGMENT_OUT};
    event.u.segment = (struct lucid_event_segment){.source = forgery->source,
                                                   .destination = forgery->destination,
                                                   .id = id,
                                                   .seq = forgery->seq,
                                                   .ack = forgery->ack,
                                                   .window = forgery->window,
                                                   .length = (uint32_t)forgery->length,
                                                   .flags = forgery->flags};
    size_t kept = forgery->length < LUCID_TRACE_PAYLOAD ? forgery->length : LUCID_TRACE_PAYLOAD;
    event.u.segment.payload_length = (uint8_t)kept;
    if (kept > 0) {
        memcpy(event.u.segment.payload, forgery->data, kept);
    }
    record_forged(&attacker->world->record, attacker->index, &event);
}

static void send_it(struct node *attacker, const struct forgery *forgery) {
    uint8_t octets[IP4_HEADER + TCP_HEADER + DATA_MOST];
    size_t length = build(octets, forgery);
    uint64_t id = record_packet(&attacker->world->record);
    record(attacker, forgery, id);
    sim_send(attacker->world, attacker->index, id, octets, length);
}

int sim_forge(struct node *attacker, const struct lab_words *words, bool send, char error[LAB_ERROR]) {
    struct forger forger = {.attacker = attacker, .words = words, .at = 2, .error = error};
    struct forgery forgery = {.window = 65535};
    if (!attacker->attacker) {
        return words_fail(error, "%s is no attacker; write `%s app attacker` first", attacker->name, attacker->name);
    }
    if (read_ends(&forger, &forgery) < 0 || read_flags(&forger, &forgery) < 0 || read_parts(&forger, &forgery) < 0) {
        return -1;
    }
    if (send) {
        send_it(attacker, &forgery);
    }
    return 0;
}
