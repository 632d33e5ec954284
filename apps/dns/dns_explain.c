/* dns_explain.c: see dns_explain.h. */
#include "dns/dns_explain.h"

#include <inttypes.h>

#include "lucid/lucid.h"

enum { OCTETS_PER_LINE = 8 };

struct reader {
    struct text *text;
    const uint8_t *message;
    size_t length, at;
};

/* Begins a line with the next count octets, which it is about; the long ones go on in lines without a meaning. */
static void begin_line(struct reader *reader, size_t count) {
    text_format(reader->text, "  %5zu ", reader->at);
    for (size_t i = 0; i < OCTETS_PER_LINE; i++) {
        if (i < count) {
            text_format(reader->text, " %02x", reader->message[reader->at + i]);
        } else {
            text_put(reader->text, "   ");
        }
    }
    text_put(reader->text, "  ");
}

/* Ends the line; octets of it that it had no room for follow. */
static void end_line(struct reader *reader, size_t count) {
    text_put_char(reader->text, '\n');
    size_t shown = count < OCTETS_PER_LINE ? count : OCTETS_PER_LINE;
    reader->at += shown;
    for (size_t left = count - shown; left > 0; left -= shown) {
        shown = left < OCTETS_PER_LINE ? left : OCTETS_PER_LINE;
        begin_line(reader, shown);
        while (reader->text->length > 0 && reader->text->data[reader->text->length - 1] == ' ') {
            reader->text->data[--reader->text->length] = '\0';
        }
        text_put_char(reader->text, '\n');
        reader->at += shown;
    }
}

static unsigned peek_u16(const struct reader *reader) {
    return (unsigned)reader->message[reader->at] << 8 | reader->message[reader->at + 1];
}

/* ---- the header ---- */

static void explain_flags(struct reader *reader) {
    static const struct {
        uint16_t flag;
        const char *meaning;
    } flags[] = {
        {DNS_AA, ", from who is responsible"},
        {DNS_TC, ", cut: ask again over TCP"},
        {DNS_RD, ", recursion desired"},
        {DNS_RA, ", recursion available"},
    };
    char name[16];
    unsigned value = peek_u16(reader), opcode = value >> 11 & 15;
    begin_line(reader, 2);
    text_put(reader->text, value & DNS_QR ? "a response" : "a query");
    if (opcode == 0) {
        text_put(reader->text, ", standard");
    } else {
        text_format(reader->text, ", opcode %u", opcode);
    }
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        text_put(reader->text, value & flags[i].flag ? flags[i].meaning : "");
    }
    if (value & DNS_QR) {
        text_format(reader->text, ", %s", dns_rcode_name(value & 15, name));
    }
    end_line(reader, 2);
}

static void explain_header(struct reader *reader) {
    static const char *const counts[4] = {"question", "answer", "authority record", "additional record"};
    begin_line(reader, 2);
    text_format(reader->text, "id %u", peek_u16(reader));
    end_line(reader, 2);
    explain_flags(reader);
    for (size_t i = 0; i < 4; i++) {
        unsigned count = peek_u16(reader);
        begin_line(reader, 2);
        text_format(reader->text, "%u %s%s", count, counts[i], count == 1 ? "" : "s");
        end_line(reader, 2);
    }
}

/* ---- questions and records ---- */

/* A name; false: it is none. Where it ends in a pointer, that is said. */
static bool explain_name(struct reader *reader, const char *what) {
    struct dns_name name;
    char text[DNS_NAME_TEXT];
    size_t end = reader->at;
    const char *wrong = dns_name_read(reader->message, reader->length, &end, &name);
    if (wrong) {
        begin_line(reader, 0);
        text_format(reader->text, "%s: %s", what, wrong);
        end_line(reader, 0);
        return false;
    }
    size_t octets = end - reader->at;
    begin_line(reader, octets);
    text_format(reader->text, "%s %s", what, dns_name_format(&name, text));
    if (octets >= 2 && octets < name.length) {
        unsigned target = ((unsigned)reader->message[end - 2] << 8 | reader->message[end - 1]) & 0x3fff;
        text_format(reader->text, " (its end is a pointer to octet %u)", target);
    }
    end_line(reader, octets);
    return true;
}

static void explain_type(struct reader *reader) {
    char name[16];
    begin_line(reader, 2);
    text_format(reader->text, "type %s", dns_type_name(peek_u16(reader), name));
    end_line(reader, 2);
}

static void explain_class(struct reader *reader) {
    begin_line(reader, 2);
    text_format(reader->text, peek_u16(reader) == DNS_IN ? "class IN" : "class %u", peek_u16(reader));
    end_line(reader, 2);
}

static bool explain_question(struct reader *reader) {
    if (!explain_name(reader, "question:") || reader->length - reader->at < 4) {
        return false;
    }
    explain_type(reader);
    explain_class(reader);
    return true;
}

static void explain_data(struct reader *reader, const struct dns_record *record) {
    char text[LUCID_ADDR_TEXT];
    struct lucid_addr addr = {.octet = {[10] = 0xff, [11] = 0xff}};
    bool ipv4 = record->type == DNS_A && record->length == 4;
    bool ipv6 = record->type == DNS_AAAA && record->length == 16;
    bool name = record->type == DNS_NS || record->type == DNS_PTR || record->type == DNS_CNAME;
    if (name && explain_name(reader, "data: name")) {
        return;
    }
    begin_line(reader, record->length);
    for (size_t i = 0; i < record->length && (ipv4 || ipv6); i++) {
        addr.octet[ipv4 ? 12 + i : i] = reader->message[record->at + i];
    }
    if (ipv4 || ipv6) {
        text_format(reader->text, "data: address %s", lucid_addr_format(&addr, text));
    } else {
        text_format(reader->text, "data: %u octet%s", record->length, record->length == 1 ? "" : "s");
    }
    end_line(reader, record->length);
}

/* The class and TTL of OPT are not what they are elsewhere. RFC 6891 6.1.2 */
static void explain_fixed(struct reader *reader, const struct dns_record *record) {
    explain_type(reader);
    if (record->type == DNS_OPT) {
        begin_line(reader, 2);
        text_format(reader->text, "takes %u octets over UDP", record->class);
        end_line(reader, 2);
        begin_line(reader, 4);
        text_format(reader->text, "upper bits of the code %" PRIu32 ", EDNS version %" PRIu32 ", flags %04x",
                    record->ttl >> 24, record->ttl >> 16 & 0xff, (unsigned)(record->ttl & 0xffff));
    } else {
        explain_class(reader);
        begin_line(reader, 4);
        text_format(reader->text, "may be kept for %" PRIu32 " s", record->ttl);
    }
    end_line(reader, 4);
    begin_line(reader, 2);
    text_format(reader->text, "octets of data: %u", record->length);
    end_line(reader, 2);
}

static bool explain_record(struct reader *reader, unsigned section) {
    static const char *const sections[] = {"", "answer:", "authority:", "additional:"};
    struct dns_record record;
    size_t end = reader->at;
    if (dns_record_read(reader->message, reader->length, &end, &record) || !explain_name(reader, sections[section])) {
        return false;
    }
    explain_fixed(reader, &record);
    if (record.length > 0) {
        explain_data(reader, &record);
    }
    if (reader->at < end) { /* behind a name that did not take all of the data */
        begin_line(reader, end - reader->at);
        end_line(reader, end - reader->at);
    }
    return reader->at == end;
}

static void explain_rest(struct reader *reader) {
    size_t rest = reader->length - reader->at;
    if (rest > 0) {
        begin_line(reader, rest);
        text_put(reader->text, "cannot be read");
        end_line(reader, rest);
    }
}

void dns_explain(struct text *text, const uint8_t *message, size_t length) {
    struct reader reader = {.text = text, .message = message, .length = length};
    struct dns_header header;
    if (!dns_header_read(message, length, &header)) {
        explain_rest(&reader);
        return;
    }
    explain_header(&reader);
    bool good = true;
    for (unsigned i = 0; good && i < header.count[0]; i++) {
        good = explain_question(&reader);
    }
    for (unsigned section = 1; section < 4; section++) {
        for (unsigned i = 0; good && i < header.count[section]; i++) {
            good = explain_record(&reader, section);
        }
    }
    explain_rest(&reader);
}
