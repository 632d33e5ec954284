/* dns_explain.c: see dns_explain.h. */
#include "dns/dns_explain.h"

#include <inttypes.h>
#include <string.h>

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
        {DNS_AA, ", from who is responsible"}, {DNS_TC, ", cut: ask again over TCP"}, {DNS_RD, ", recursion desired"},
        {DNS_RA, ", recursion available"},     {0x40, ", a bit that must be zero"},   {0x20, ", authentic data"},
        {0x10, ", checking disabled"},
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

/* The label at the reader, or the end of the name, or a pointer to where the rest of it is. */
static void explain_label(struct reader *reader, const char *what, const char *whole) {
    const uint8_t *octet = reader->message + reader->at;
    size_t length = octet[0] > DNS_LABEL_MAX ? 2 : 1 + (size_t)octet[0];
    begin_line(reader, length);
    text_put(reader->text, what);
    if (octet[0] > DNS_LABEL_MAX) {
        text_format(reader->text, "pointer to octet %u: %s", peek_u16(reader) & 0x3fff, whole);
    } else if (octet[0] == 0) {
        text_put(reader->text, whole[0] == '.' ? "the root, which has no label" : "end of the name ");
        text_put(reader->text, whole[0] == '.' ? "" : whole);
    } else {
        struct dns_name label = {.length = (uint8_t)(length + 1)};
        char text[DNS_NAME_TEXT];
        memcpy(label.octet, octet, length);
        text_format(reader->text, "label \"%s\"", dns_name_format(&label, text));
    }
    end_line(reader, length);
}

/* A name, label by label; false: it is none. */
static bool explain_name(struct reader *reader, const char *what) {
    struct dns_name name;
    char text[DNS_NAME_TEXT];
    size_t end = reader->at;
    const char *wrong = dns_name_read(reader->message, reader->length, &end, &name);
    if (wrong) {
        begin_line(reader, 0);
        text_format(reader->text, "%s%s", what, wrong);
        end_line(reader, 0);
        return false;
    }
    dns_name_format(&name, text);
    while (reader->at < end) {
        explain_label(reader, what, text);
        what = "";
    }
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
    if (!explain_name(reader, "question: ") || reader->length - reader->at < 4) {
        return false;
    }
    explain_type(reader);
    explain_class(reader);
    return true;
}

static void explain_octets(struct reader *reader, size_t count) {
    begin_line(reader, count);
    text_format(reader->text, "data: %zu octet%s", count, count == 1 ? "" : "s");
    end_line(reader, count);
}

/* Where a zone begins, who looks after it, and how long what may be believed. RFC 1035 3.3.13, RFC 2308 4 */
static void explain_soa(struct reader *reader, size_t end) {
    static const char *const numbers[] = {
        "serial number of the zone", "seconds until a copy asks whether it is current", "seconds until it asks again",
        "seconds until it is too old", "seconds for which \"there is none\" may be kept"};
    if (!explain_name(reader, "data: server: ") || !explain_name(reader, "data: mail to: ")) {
        return;
    }
    for (size_t i = 0; i < 5 && reader->at + 4 <= end; i++) {
        uint32_t value = peek_u16(reader);
        begin_line(reader, 4);
        value = value << 16 | (uint32_t)reader->message[reader->at + 2] << 8 | reader->message[reader->at + 3];
        text_format(reader->text, "data: %s: %" PRIu32, numbers[i], value);
        end_line(reader, 4);
    }
}

static const char *option_name(unsigned code) {
    return code == 3    ? " (NSID: which server is this?)"
           : code == 8  ? " (client subnet)"
           : code == 10 ? " (COOKIE)"
           : code == 11 ? " (keepalive over TCP)"
           : code == 12 ? " (padding)"
           : code == 15 ? " (extended error)"
                        : "";
}

/* Options, each a code, a length and that many octets. RFC 6891 6.1.2 */
static void explain_options(struct reader *reader, size_t end) {
    while (end - reader->at >= 4) {
        unsigned code = peek_u16(reader);
        begin_line(reader, 2);
        text_format(reader->text, "option %u%s", code, option_name(code));
        end_line(reader, 2);
        unsigned length = peek_u16(reader);
        begin_line(reader, 2);
        text_format(reader->text, "octets of this option: %u", length);
        end_line(reader, 2);
        if (length > end - reader->at) {
            return;
        }
        if (length > 0) {
            explain_octets(reader, length);
        }
    }
}

static void explain_address(struct reader *reader, const struct dns_record *record) {
    char text[LUCID_ADDR_TEXT];
    struct lucid_addr addr = {.octet = {[10] = 0xff, [11] = 0xff}};
    memcpy(addr.octet + 16 - record->length, reader->message + record->at, record->length);
    begin_line(reader, record->length);
    text_format(reader->text, "data: address %s", lucid_addr_format(&addr, text));
    end_line(reader, record->length);
}

/* What is known of the type; explain_record() tells the rest. */
static void explain_data(struct reader *reader, const struct dns_record *record) {
    size_t end = record->at + record->length;
    switch (record->type) {
    case DNS_A:
    case DNS_AAAA:
        if (record->length == (record->type == DNS_A ? 4 : 16)) {
            explain_address(reader, record);
        }
        break;
    case DNS_NS:
    case DNS_PTR:
    case DNS_CNAME:
        explain_name(reader, "data: ");
        break;
    case DNS_SOA:
        explain_soa(reader, end);
        break;
    case DNS_OPT:
        explain_options(reader, end);
        break;
    default:
        break;
    }
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
    static const char *const sections[] = {"", "answer: ", "authority: ", "additional: "};
    struct dns_record record;
    size_t end = reader->at;
    if (dns_record_read(reader->message, reader->length, &end, &record) || !explain_name(reader, sections[section])) {
        return false;
    }
    explain_fixed(reader, &record);
    if (record.length > 0) {
        explain_data(reader, &record);
    }
    if (reader->at < end) {
        explain_octets(reader, end - reader->at);
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
