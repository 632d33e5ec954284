/* options.c: the command line of lucid-fetch. What belongs to the device is in common/device_options.c. */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/text.h"
#include "common/value.h"
#include "http/http_char.h"

const char fetch_help[] =
    "usage: lucid-fetch [options] URL\n"
    "\n"
    "Gets what a web server has, with a TCP/IP stack of its own behind a TUN device: the stack is the client, and the\n"
    "server is on the kernel's side, as http://10.77.0.1:8000/, http://[fd77::1]/ or http://www.lab.test/. The body\n"
    "goes to standard output.\n"
    "It needs root or CAP_NET_ADMIN, but not with --transport kernel.\n"
    "\n"
    "  -v, --verbose        show heads (> sent, < received) and each change of the connection's state (*)\n"
    "  -o, --output FILE    write the body to FILE\n"
    "  -I, --head           ask by HEAD, and print the head of the response\n"
    "  -d, --data STRING    post STRING; @FILE: what is in FILE\n"
    "  -H, --header FIELD   send the field 'Name: value'; may be given several times\n"
    "  -L, --location       follow redirections\n"
    "  --max-redirs N       but no more than N of them (10)\n"
    "  --transport T        stack: as said above; kernel: the same client on the kernel's sockets, to compare; the "
    "host\n"
    "                       of the URL is an address then\n"
    "  --dns ADDRESS        ask this name server for the addresses of names (the kernel's end, 10.77.0.1)\n"
    "  --timeout SECONDS    give up when nothing has come or gone for SECONDS (30)\n"
    "  --msl SECONDS        maximum segment lifetime (120); wait for the end of TIME-WAIT, which lasts twice as long\n"
    "  --trace              show every segment, state, timer, decision and call, on standard "
    "error\n" DEVICE_OPTIONS_HELP "  -h, --help           this text\n"
    "\n"
    "Exit status: 0 a response below 400, 1 a response from 400 on or none, 2 wrong usage.\n";

enum letter { MAX_REDIRS = DEVICE_OPTIONS_NEXT, DNS, TIMEOUT, TRACE, TRANSPORT };

static const struct option long_options[] = {
    DEVICE_LONG_OPTIONS,
    {"verbose", no_argument, NULL, 'v'},
    {"output", required_argument, NULL, 'o'},
    {"head", no_argument, NULL, 'I'},
    {"data", required_argument, NULL, 'd'},
    {"header", required_argument, NULL, 'H'},
    {"location", no_argument, NULL, 'L'},
    {"max-redirs", required_argument, NULL, MAX_REDIRS},
    {"transport", required_argument, NULL, TRANSPORT},
    {"dns", required_argument, NULL, DNS},
    {"timeout", required_argument, NULL, TIMEOUT},
    {"trace", no_argument, NULL, TRACE},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* ---- values ---- */

/* Takes the whole file into memory: the request says how long it is before the first octet of it goes. */
static bool load(struct fetch_options *options, const char *name, char error[LUCID_ERROR_TEXT]) {
    struct text text = text_growing();
    text_put(&text, ""); /* an empty file is a body, too */
    FILE *file = fopen(name, "re");
    char piece[4096];
    size_t got;
    while (file && (got = fread(piece, 1, sizeof piece, file)) > 0 && !text.cut) {
        text_put_octets(&text, piece, got);
    }
    bool good = file && !ferror(file) && !text.cut;
    if (!good) {
        value_wrong(error, "--data @%.120s cannot be read: %s", name, strerror(errno));
    }
    if (file) {
        fclose(file);
    }
    options->data_length = text.length;
    options->data = options->loaded = text_detach(&text);
    return good;
}

static bool take_data(struct fetch_options *options, const char *value, char error[LUCID_ERROR_TEXT]) {
    if (options->data) {
        return value_wrong(error, "--data is given twice: put all of it into one");
    }
    if (value[0] == '@') {
        return load(options, value + 1, error);
    }
    options->data = value;
    options->data_length = strlen(value);
    return true;
}

bool fetch_field_is(const char *field, const char *name) {
    size_t length = strlen(name);
    return strncasecmp(field, name, length) == 0 && field[length] == ':';
}

/* A field line, RFC 9112 5: whatever could end it and begin another is refused. */
static bool take_field(struct fetch_options *options, const char *value, char error[LUCID_ERROR_TEXT]) {
    const uint8_t *octets = (const uint8_t *)value;
    size_t length = strlen(value), name = http_char_span(octets, length, HTTP_CHAR_TOKEN);
    if (name == 0 || value[name] != ':') {
        size_t shown = http_char_span(octets, length < 60 ? length : 60, HTTP_CHAR_VALUE);
        return value_wrong(error, "--header '%.*s' is no field: write 'Name: value', the name of letters, digits and -",
                           (int)shown, value);
    }
    if (http_char_span(octets + name + 1, length - name - 1, HTTP_CHAR_VALUE) < length - name - 1) {
        return value_wrong(error,
                           "--header '%.*s' has a control character in its value, such as a line feed: leave it out",
                           name < 60 ? (int)name : 60, value);
    }
    if (fetch_field_is(value, "Content-Length") ||
        fetch_field_is(value, "Transfer-Encoding")) { /* as the body has it */
        return value_wrong(error, "--header '%.*s' follows from the body, and is sent with it: leave it out", (int)name,
                           value);
    }
    if (options->field_count == FETCH_FIELDS_MAX) {
        return value_wrong(error, "--header is given more than %d times: leave some out", FETCH_FIELDS_MAX);
    }
    options->fields[options->field_count++] = value;
    return true;
}

static bool take_redirections(struct fetch_options *options, const char *value, char error[LUCID_ERROR_TEXT]) {
    uint64_t number = 0;
    bool good = value_number(value, 0, 999, &number);
    options->redirections_max = (unsigned)number;
    return good || value_wrong(error, "--max-redirs %.60s is no number: take one from 0 to 999", value);
}

static bool take_dns(struct fetch_options *options, const char *value, char error[LUCID_ERROR_TEXT]) {
    options->dns_given = true;
    return lucid_addr_parse(value, &options->dns) == 0 ||
           value_wrong(error, "--dns %.60s is no address: write that of a name server, such as 10.77.0.1", value);
}

static bool take_transport(struct fetch_options *options, const char *value, char error[LUCID_ERROR_TEXT]) {
    options->kernel = strcmp(value, "kernel") == 0;
    return options->kernel || strcmp(value, "stack") == 0 ||
           value_wrong(error, "--transport %.60s is unknown: take stack or kernel", value);
}

/* ---- the command line ---- */

/* Those without a value. Returns false when it is none of them. */
static bool take_flag(struct fetch_options *options, int option) {
    switch (option) {
    case 'v':
        options->verbose = true;
        return true;
    case 'I':
        options->head = true;
        return true;
    case 'L':
        options->follow = true;
        return true;
    case 'h':
        options->help = true;
        return true;
    case TRACE:
        options->trace = true;
        return true;
    default:
        return false;
    }
}

static bool take_option(struct fetch_options *options, int option, const char *value, char error[LUCID_ERROR_TEXT]) {
    switch (option) {
    case 'o':
        options->output = value;
        return true;
    case 'd':
        return take_data(options, value, error);
    case 'H':
        return take_field(options, value, error);
    case MAX_REDIRS:
        return take_redirections(options, value, error);
    case DNS:
        return take_dns(options, value, error);
    case TRANSPORT:
        return take_transport(options, value, error);
    case TIMEOUT:
        return device_options_seconds("--timeout", value, &options->timeout, error);
    default:
        return take_flag(options, option) || device_options_take(&options->device, option, value, error);
    }
}

/* All that belongs to a device or tells of a stack of ours, and the name server, which is asked over it. */
static void note_needs(struct fetch_options *options, int option) {
    bool needs = (option >= DEVICE_TUN && option < DEVICE_OPTIONS_NEXT) || option == DNS || option == TRACE;
    for (size_t i = 0; needs && long_options[i].name; i++) {
        if (long_options[i].val == option) {
            options->needs_stack = long_options[i].name;
        }
    }
}

static bool settle(struct fetch_options *options, char error[LUCID_ERROR_TEXT]) {
    if (!options->kernel) {
        return device_options_settle(&options->device, error);
    }
    if (options->needs_stack) {
        return value_wrong(error, "--%s needs a stack of ours: leave it out, or --transport kernel",
                           options->needs_stack);
    }
    return options->url.host[0] == '\0' ||
           value_wrong(error,
                       "%.60s is a name, and names are asked for over the stack: write an address, or leave out "
                       "--transport kernel",
                       options->url.host);
}

/* Options and the URL come in any order. */
static bool read_words(struct fetch_options *options, int argc, char **argv, char error[LUCID_ERROR_TEXT]) {
    int option;
    opterr = 0;
    optind = 0; /* begin anew, whatever was read before: glibc */
    while ((option = getopt_long(argc, argv, ":vo:Id:H:Lh", long_options, NULL)) != -1) {
        if (!value_option(option, argv[optind - 1], error) || !take_option(options, option, optarg, error)) {
            return false;
        }
        note_needs(options, option);
    }
    return true;
}

bool fetch_options_read(struct fetch_options *options, int argc, char **argv, char error[LUCID_ERROR_TEXT]) {
    _Static_assert(HTTP_URL_ERROR <= LUCID_ERROR_TEXT, "one buffer is for both");
    *options = (struct fetch_options){.redirections_max = 10, .timeout = 30 * LUCID_SECOND};
    device_options_begin(&options->device);
    if (!read_words(options, argc, argv, error)) {
        return false;
    }
    if (options->help) {
        return true;
    }
    if (optind != argc - 1) {
        return value_wrong(error, "%s: write lucid-fetch [options] URL, or see --help",
                           optind == argc ? "the URL is missing" : "there is more than one URL");
    }
    if (options->head && options->data) {
        return value_wrong(error, "--head and --data do not go together: HEAD has no body; leave one of them out");
    }
    return http_url_parse(&options->url, argv[optind], error) && settle(options, error);
}

void fetch_options_free(struct fetch_options *options) {
    free(options->loaded);
    options->loaded = NULL;
}
