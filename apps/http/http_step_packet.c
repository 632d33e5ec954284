/* http_step_packet.c: a connection that brings a uwsgi packet: it is put into HTTP form, and the connection goes on as
 * any other. See http_uwsgi_read.h.
 */
#include "http/http_step.h"
#include "http/http_uwsgi_read.h"

/* The log gets no line of a packet that could not be read: its octets are no text. */
static enum http_step refuse(struct http_connection *connection, enum http_refusal refusal) {
    struct http_buffer *in = &connection->in;
    in->begin = in->at = in->end;
    connection->packet = false;
    return http_step_refuse(connection, refusal, 0);
}

bool http_step_packet(struct http_connection *connection, enum http_step *step) {
    struct http_buffer *in = &connection->in;
    struct http_packet packet;
    *step = HTTP_STEP_WAIT;
    switch (http_uwsgi_read(&packet, &connection->server->options.limits, in->data + in->begin, in->end - in->begin)) {
    case HTTP_MORE:
        return false;
    case HTTP_REFUSED:
        *step = refuse(connection, packet.refusal);
        return false;
    case HTTP_DONE:
        break;
    }
    bool replaced = http_buffer_replace(in, packet.length, packet.head.data, (uint32_t)packet.head.length);
    text_free(&packet.head);
    if (!replaced) {
        *step = refuse(connection, HTTP_REFUSED_BUSY);
        return false;
    }
    connection->packet = false;
    if (!lucid_addr_is_any(&packet.remote.addr)) {
        connection->remote = connection->exchange->remote = packet.remote;
    }
    return true;
}
