/* http_client_say.c: how a request came out, in words. See http_client.h. */
#include "http/http_client.h"

#include <inttypes.h>

static void put_peer(const struct http_client *client, struct text *text) {
    char address[LUCID_ADDR_TEXT];
    const struct lucid_sockaddr *remote = &client->request->remote;
    text_format(text, "%s port %u", lucid_addr_format(&remote->addr, address), remote->port);
}

void http_client_where(const struct http_client *client, struct text *text) {
    const struct http_body *body = &client->body;
    if (client->head_done && body->framing == HTTP_FRAMING_LENGTH) {
        text_format(text, "after %" PRIu64 " of %" PRIu64 " octets of the body", body->length,
                    body->length + body->left);
    } else if (client->head_done) {
        text_format(text, "after %" PRIu64 " octets of the body, which does not say how many it has", body->length);
    } else if (client->received > 0) {
        text_put(text, "in the middle of the head of its response");
    } else if (client->connected) {
        text_put(text, "before it has answered anything");
    } else {
        text_put(text, "before there was a connection");
    }
}

/* What follows the server's name when there was no connection. */
static void put_unconnected(const struct http_client *client, struct text *text) {
    switch (client->error) {
    case LUCID_ECONNREFUSED:
        text_put(text, " refused the connection: no server listens there, so start it or name another port");
        break;
    case LUCID_ETIMEDOUT:
        text_put(text, " does not answer: is the address right, and is anything there?");
        break;
    case LUCID_ENETUNREACH:
        text_put(text, " cannot be reached: the stack has no address of that family, so give it one");
        break;
    case LUCID_EADDRNOTAVAIL:
        text_put(text, " cannot be connected to: it is a broadcast or multicast address, or no port is free");
        break;
    default:
        text_format(text, " cannot be connected to: %s", lucid_error_name(client->error));
        break;
    }
}

static void put_lost(const struct http_client *client, struct text *text) {
    switch (client->error) {
    case LUCID_ECONNRESET:
        text_put(text, " reset the connection ");
        break;
    case LUCID_ETIMEDOUT:
        text_put(text, " does not answer any more, ");
        break;
    default:
        text_format(text, ": the connection broke with %s, ", lucid_error_name(client->error));
        break;
    }
    http_client_where(client, text);
}

static void put_unwanted(const struct http_client *client, struct text *text) {
    if (client->head.status == 101) {
        text_put(text, " wants to switch to another protocol, which nobody asked for");
    } else {
        text_format(text, " has sent more than %d interim responses (1xx) and no other", HTTP_CLIENT_INTERIM_MAX);
    }
}

void http_client_say(const struct http_client *client, struct text *text) {
    const struct http_reason *reason = http_reason((enum http_refusal)client->refusal);
    put_peer(client, text);
    switch ((enum http_client_end)client->end) {
    case HTTP_CLIENT_GOES_ON:
        text_put(text, " has not answered in full yet, ");
        http_client_where(client, text);
        break;
    case HTTP_CLIENT_COMPLETE:
        text_format(text, " has answered %u, with %" PRIu64 " octets of body", client->status, client->body.length);
        break;
    case HTTP_CLIENT_UNCONNECTED:
        put_unconnected(client, text);
        break;
    case HTTP_CLIENT_LOST:
        put_lost(client, text);
        break;
    case HTTP_CLIENT_SHORT:
        text_put(text, " closed the connection ");
        http_client_where(client, text);
        break;
    case HTTP_CLIENT_REFUSED:
        text_format(text, " has sent what is not HTTP as it should be: %s (%s)", reason->sentence, reason->source);
        break;
    case HTTP_CLIENT_UNWANTED:
        put_unwanted(client, text);
        break;
    case HTTP_CLIENT_GIVEN_UP:
        text_put(text, " was given up ");
        http_client_where(client, text);
        break;
    }
}
