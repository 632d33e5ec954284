/* second_http.c: see second_http.h. */
#include "harness/second_http.h"

#include <stdio.h>
#include <string.h>

#if __has_include(<llhttp/llhttp.c>)

#define LLHTTP_STRICT_MODE 1
#include <llhttp/api.c>
#include <llhttp/http.c>

/* The parser, and what it has said so far. */
struct reading {
    llhttp_t parser;
    struct second_http *second;
    bool head_done;
};

static struct reading *reading_of(llhttp_t *parser) {
    return (struct reading *)(void *)parser;
}

static int on_target(llhttp_t *parser, const char *octets, size_t length) {
    text_put_octets(&reading_of(parser)->second->target, octets, length);
    return 0;
}

static int on_body(llhttp_t *parser, const char *octets, size_t length) {
    text_put_octets(&reading_of(parser)->second->body, octets, length);
    return 0;
}

/* Names and values of the head; those of trailers come the same way, and are nobody's. */
static int on_field(llhttp_t *parser, const char *octets, size_t length) {
    if (!reading_of(parser)->head_done) {
        text_put_octets(&reading_of(parser)->second->fields, octets, length);
    }
    return 0;
}

static int on_name_end(llhttp_t *parser) {
    return on_field(parser, ":", 1);
}

static int on_value_end(llhttp_t *parser) {
    struct text *fields = &reading_of(parser)->second->fields;
    while (!reading_of(parser)->head_done && fields->length > 0 && strchr(" \t", fields->data[fields->length - 1])) {
        fields->data[--fields->length] = '\0';
    }
    return on_field(parser, "\n", 1);
}

static int on_head_end(llhttp_t *parser) {
    reading_of(parser)->head_done = true;
    return 0;
}

static int on_end(llhttp_t *parser) {
    (void)parser;
    return HPE_PAUSED;
}

bool second_http_is_there(void) {
    return true;
}

void second_http_read(struct second_http *second, const uint8_t *octets, size_t length) {
    static llhttp_settings_t settings;
    struct reading reading = {.second = second};
    *second = (struct second_http){.target = text_growing(), .body = text_growing(), .fields = text_growing()};
    llhttp_settings_init(&settings);
    settings.on_url = on_target;
    settings.on_body = on_body;
    settings.on_header_field = settings.on_header_value = on_field;
    settings.on_header_field_complete = on_name_end;
    settings.on_header_value_complete = on_value_end;
    settings.on_headers_complete = on_head_end;
    settings.on_message_complete = on_end;
    llhttp_init(&reading.parser, HTTP_REQUEST, &settings);
    llhttp_errno_t error = llhttp_execute(&reading.parser, (const char *)octets, length);
    second->progress = error == HPE_OK ? SECOND_MORE : SECOND_REFUSED;
    if (error == HPE_PAUSED || error == HPE_PAUSED_UPGRADE) {
        second->progress = SECOND_DONE;
        second->used = (size_t)(llhttp_get_error_pos(&reading.parser) - (const char *)octets);
    }
    second->error = llhttp_errno_name(error);
    snprintf(second->method, sizeof second->method, "%s", llhttp_method_name(llhttp_get_method(&reading.parser)));
}

#else

bool second_http_is_there(void) {
    return false;
}

void second_http_read(struct second_http *second, const uint8_t *octets, size_t length) {
    (void)octets, (void)length;
    *second = (struct second_http){.progress = SECOND_MORE};
}

#endif

void second_http_free(struct second_http *second) {
    text_free(&second->target);
    text_free(&second->body);
    text_free(&second->fields);
}
