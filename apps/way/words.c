/* words.c: what a packet says, in plain words. See timeline.h. */
#include <stdio.h>
#include <string.h>

#include "dns/dns_explain.h"
#include "timeline.h"

enum { MESSAGES = 16, HTTPS = 65 /* a type of DNS records, RFC 9460 */ };

/* ---- segments without data ---- */

static void put_reset(struct way_row *row, const struct way_connection *connection) {
    row->topic = WAY_TROUBLE;
    if (connection->refused) {
        text_format(&row->what, "refuses: nobody listens at port %u", connection->end[1].address.port);
        return;
    }
    text_put(&row->what, "breaks the connection off");
}

static void put_open(struct way_row *row, const struct way_packet *packet) {
    row->topic = WAY_OPEN;
    if (packet->flags & LUCID_ACK) {
        text_put(&row->what, "agrees, and chooses a number to count its own octets from");
        return;
    }
    text_put(&row->what, "wants a connection, and chooses a number to count its octets from");
}

static void put_close(struct way_row *row, const struct way_segment *segment, const struct way_connection *connection) {
    row->topic = WAY_CLOSE;
    if (!connection->stream[1 - segment->from].ended || segment->before[segment->from] == LUCID_ESTABLISHED) {
        text_put(&row->what, "has nothing more to say");
    } else {
        text_put(&row->what, "has nothing more to say either");
    }
    text_put(&row->what, segment->acks_end ? ", and confirms the other's end" : "");
}

void way_words_segment(struct way_row *row, const struct way_packet *packet, const struct way_segment *segment,
                       const struct way_connection *connection) {
    static const struct {
        unsigned flag;
        const char *name;
    } names[] = {{LUCID_SYN, "SYN"}, {LUCID_FIN, "FIN"}, {LUCID_RST, "RST"}, {LUCID_ACK, "ACK"}};
    for (unsigned i = 0; i < 4; i++) {
        if (packet->flags & names[i].flag) {
            text_format(&row->label, "%s%s", row->label.length > 0 ? ", " : "", names[i].name);
        }
    }
    if (packet->flags & LUCID_RST) {
        put_reset(row, connection);
    } else if (packet->flags & LUCID_SYN) {
        put_open(row, packet);
    } else if (packet->flags & LUCID_FIN) {
        put_close(row, segment, connection);
    } else if (segment->confirms_open) {
        row->topic = WAY_OPEN;
        text_put(&row->what, "confirms: each side has heard the other's number, the connection stands");
    } else if (segment->acks_end) {
        row->topic = WAY_CLOSE;
        text_put(&row->what, "confirms the other's end");
    } else {
        text_put(&row->what, "confirms what has come so far");
    }
}

/* ---- data ---- */

/* "GET /hello?name=Ada"; "200 OK" */
static void put_label(struct way_row *row, const struct way_message *message) {
    const char *line = message->line;
    if (message->kind == WAY_REQUEST) {
        const char *end = strstr(line, " HTTP/");
        text_put_octets(&row->label, line, end ? (size_t)(end - line) : strlen(line));
        return;
    }
    const char *space = strchr(line, ' ');
    text_put(&row->label, message->kind == WAY_RESPONSE && space ? space + 1 : line);
}

static void put_request(struct way_row *row, const struct way_message *message) {
    const char *version = strstr(message->line, " HTTP/");
    if (row->from == WAY_CLIENT) {
        text_put(&row->what, "asks: a line, fields, an empty line");
        return;
    }
    text_format(&row->what, "passes the request on, as%s", version ? version : " HTTP");
}

static void put_response(struct way_row *row, const struct way_message *message) {
    unsigned body = message->end - message->body;
    bool behind = row->proxy;
    text_put(&row->what, !behind                  ? "answers: "
                         : message->status >= 500 ? "answers in the place of the one behind: "
                                                  : "passes the answer on: ");
    text_format(&row->what, "a status, fields, an empty line, and %u octet%s of content", body, body == 1 ? "" : "s");
    if (message->chunked) {
        text_put(&row->what, " in chunks, each behind its length in hexadecimal; the one of 0 ends it");
    } else if (message->to_the_end) {
        text_put(&row->what, "; it ends where the connection ends");
    }
}

static void put_meaning(struct way_row *row, const struct way_connection *connection,
                        const struct way_message *message) {
    char method[32] = "?", path[128] = "?";
    switch (message->kind) {
    case WAY_REQUEST:
        put_request(row, message);
        return;
    case WAY_RESPONSE:
        put_response(row, message);
        return;
    case WAY_UWSGI_REQUEST:
        way_uwsgi_value(connection, message, "REQUEST_METHOD", method, sizeof method);
        way_uwsgi_value(connection, message, "PATH_INFO", path, sizeof path);
        text_format(&row->what, "passes the request on, %s %s, taken apart into variables: the uwsgi protocol", method,
                    path);
    }
}

static void put_message(struct way_row *row, const struct way_connection *connection, unsigned from,
                        const struct way_message *message) {
    row->topic = message->kind == WAY_UWSGI_REQUEST ? WAY_UWSGI_PACKET : WAY_HTTP;
    put_label(row, message);
    put_meaning(row, connection, message);
    way_message_lines(connection, from, message, &row->lines);
    if (message->kind != WAY_UWSGI_REQUEST && message->end > message->body) {
        way_message_body(connection, from, message, &row->lines);
    }
}

/* The message that begins in this segment; NULL: none does. */
static const struct way_message *begun_in(const struct way_message *list, unsigned count, uint32_t from, uint32_t to) {
    for (unsigned i = 0; i < count; i++) {
        if (list[i].begin >= from && list[i].begin < to) {
            return &list[i];
        }
    }
    return NULL;
}

void way_words_data(struct way_row *row, const struct way_packet *packet, const struct way_segment *segment,
                    const struct way_connection *connection) {
    struct way_message list[MESSAGES];
    unsigned count = segment->again ? 0 : way_messages(connection, segment->from, list, MESSAGES);
    uint32_t length = packet->payload_length;
    const struct way_message *message = begun_in(list, count, segment->offset, segment->offset + length);
    row->topic = WAY_HTTP;
    if (message) {
        put_message(row, connection, segment->from, message);
    } else {
        text_put(&row->label, segment->again ? "again" : "...");
        text_format(&row->what, "%s, %u octet%s", segment->again ? "says it again" : "goes on", length,
                    length == 1 ? "" : "s");
    }
    if (segment->confirms_open) {
        text_put(&row->what, "; its ACK is the third segment of the handshake");
    }
    if (packet->flags & LUCID_FIN) {
        text_put(&row->label, " + FIN");
        text_put(&row->what, "; its FIN says that nothing more will come");
    }
}

/* ---- names ---- */

static const char *type_in_words(unsigned type) {
    switch (type) {
    case DNS_A:
        return "IPv4 address";
    case DNS_AAAA:
        return "IPv6 address";
    case HTTPS:
        return "way to speak HTTPS";
    default:
        return "record";
    }
}

/* The address in the first answer that has one. */
static bool first_address(const uint8_t *octets, size_t length, size_t at, unsigned answers, struct dns_record *record,
                          char text[LUCID_ADDR_TEXT]) {
    for (unsigned i = 0; i < answers && !dns_record_read(octets, length, &at, record); i++) {
        struct lucid_addr addr = {.octet = {[10] = 0xff, [11] = 0xff}};
        if (record->type == DNS_A && record->length == 4) {
            memcpy(addr.octet + 12, octets + record->at, 4);
            lucid_addr_format(&addr, text);
            return true;
        }
    }
    return false;
}

static void put_answer(struct way_row *row, const uint8_t *octets, size_t length, const struct dns_header *header,
                       const struct dns_question *question, size_t at) {
    char name[DNS_NAME_TEXT], word[16], address[LUCID_ADDR_TEXT];
    struct dns_record record;
    unsigned rcode = header->flags & 15;
    dns_name_format(&question->name, name);
    text_put(&row->label, rcode == DNS_NOERROR ? "answer " : dns_rcode_name(rcode, word));
    text_put(&row->label, rcode == DNS_NOERROR ? dns_type_name(question->type, word) : "");
    if (rcode == DNS_NXDOMAIN) {
        text_format(&row->what, "there is no name %s", name);
    } else if (rcode != DNS_NOERROR) {
        text_put(&row->what, "cannot help at the moment");
    } else if (first_address(octets, length, at, header->count[1], &record, address)) {
        text_format(&row->what, "%s is %s; you may remember that for %u seconds", name, address, record.ttl);
    } else {
        text_format(&row->what, "%s has no %s", name, type_in_words(question->type));
    }
}

bool way_words_ours(const struct way_packet *packet) {
    size_t at = DNS_HEADER;
    struct dns_question question;
    struct dns_name zone;
    if (dns_question_read(packet->octets + packet->payload, packet->payload_length, &at, &question)) {
        return true;
    }
    return dns_name_parse("lab.test", &zone) && dns_name_within(&question.name, &zone, NULL);
}

void way_words_dns(struct way_row *row, const struct way_packet *packet) {
    const uint8_t *octets = packet->octets + packet->payload;
    size_t length = packet->payload_length, at = DNS_HEADER;
    char name[DNS_NAME_TEXT], word[16];
    struct dns_header header;
    struct dns_question question;
    if (!dns_header_read(octets, length, &header) || header.count[0] == 0 ||
        dns_question_read(octets, length, &at, &question)) {
        text_put(&row->label, "DNS");
        text_put(&row->what, "a message that cannot be read");
        return;
    }
    dns_explain(&row->octets, octets, length);
    if (header.flags & DNS_QR) {
        put_answer(row, octets, length, &header, &question, at);
        return;
    }
    text_format(&row->label, "query %s", dns_type_name(question.type, word));
    text_format(&row->what, "what is the %s of %s?", type_in_words(question.type),
                dns_name_format(&question.name, name));
}
