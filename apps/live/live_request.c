/* live_request.c: the requests of a record: their octets, and where these lie in the streams. See live_record.h. */
#include <stdlib.h>
#include <string.h>

#include "live/live_record_private.h"

void live_request_free(struct live_record *record, struct live_request *request) {
    TAILQ_REMOVE(&record->all, request, all);
    if (request->connection) {
        TAILQ_REMOVE(&request->connection->requests, request, same);
        request->connection->request_count--;
    }
    record->requests--;
    free(request->octets);
    free(request->answer);
    free(request);
}

const struct live_requests *live_record_requests(struct live_record *record) {
    if (record->catch_up) {
        record->catch_up(record->user);
    }
    return &record->all;
}

const struct live_request *live_record_find(struct live_record *record, uint64_t id) {
    const struct live_request *request;
    TAILQ_FOREACH_REVERSE(request, live_record_requests(record), live_requests, all) {
        if (request->id == id) {
            return request;
        }
    }
    return NULL;
}

/* ---- where the octets lie ---- */

/* The octets of the request end before those that nobody has read yet, and ours will follow those that are queued. When
 * the client's FIN has come RCV.NXT is one behind it. */
static void place(struct live_request *request, const struct lucid_tcp_info *info, uint32_t ahead) {
    unsigned fin = info->state & (LUCID_CLOSE_WAIT | LUCID_LAST_ACK | LUCID_CLOSING | LUCID_TIME_WAIT);
    request->placed = true;
    request->seq_end = info->rcv_nxt - (fin ? 1 : 0) - info->receive_queue - ahead;
    request->seq = request->seq_end - (uint32_t)request->length;
    request->answer_seq = info->snd_una + info->send_queue;
}

static void join(struct live_record *record, struct live_request *request, const struct http_exchange *exchange) {
    struct lucid_sockaddr local;
    struct lucid_tcp_info info;
    if (!record->stack || lucid_getsockname(record->stack, exchange->fd, &local) < 0 ||
        lucid_info_find(record->stack, &local, &exchange->remote, &info) < 0) {
        return;
    }
    if (record->catch_up) {
        record->catch_up(record->user);
    }
    place(request, &info, exchange->ahead);
    struct live_connection *connection = live_record_connection(record, &local, &exchange->remote);
    if (!connection || connection->number != info.connection) {
        return;
    }
    if (connection->request_count == LIVE_REQUESTS_EACH) {
        live_request_free(record, TAILQ_FIRST(&connection->requests));
    }
    request->connection = connection;
    TAILQ_INSERT_TAIL(&connection->requests, request, same);
    connection->request_count++;
    live_record_use(record, connection);
}

/* ---- a request comes ---- */

static struct live_request *request_new(struct live_record *record, const struct http_exchange *exchange) {
    const struct http_head *head = &exchange->request.head;
    uint32_t kept = exchange->there < LIVE_REQUEST_OCTETS ? exchange->there : LIVE_REQUEST_OCTETS;
    struct live_request *request = calloc(1, sizeof *request);
    uint8_t *octets = malloc(kept > 0 ? kept : 1);
    if (!request || !octets) {
        free(request);
        free(octets);
        return NULL;
    }
    memcpy(octets, exchange->octets, kept);
    request->octets = octets;
    request->kept = kept;
    request->id = ++record->latest_id;
    request->remote = exchange->remote;
    request->head_length = head->done ? head->length : 0;
    request->length = head->done ? head->length + exchange->framing.taken : exchange->there;
    request->refusal = exchange->refusal;
    request->refused_at = exchange->refused_at;
    return request;
}

uint64_t live_record_answer(void *user, struct http_exchange *exchange) {
    struct live_record *record = user;
    if (record->budget.requests == 0) {
        return 0;
    }
    record->budget.requests--;
    if (record->requests == record->requests_max) {
        live_request_free(record, TAILQ_FIRST(&record->all));
    }
    struct live_request *request = request_new(record, exchange);
    if (!request) {
        return 0;
    }
    TAILQ_INSERT_TAIL(&record->all, request, all);
    record->requests++;
    join(record, request, exchange);
    return request->id;
}

/* ---- its answer has ended ---- */

/* Where the head ends that begins there; all of it when it does not end. */
static uint32_t head_end(const char *octets, size_t length) {
    const char *end = length > 0 ? memmem(octets, length, "\r\n\r\n", 4) : NULL;
    return (uint32_t)(end ? (size_t)(end - octets) + 4 : length);
}

void live_record_log(struct live_record *record, const struct http_log_entry *entry) {
    struct live_request *request = NULL;
    if (entry->id != 0) {
        TAILQ_FOREACH_REVERSE(request, &record->all, live_requests, all) {
            if (request->id == entry->id) {
                break;
            }
        }
    }
    if (!request) {
        return;
    }
    size_t kept = entry->answer_length < LIVE_ANSWER_OCTETS ? entry->answer_length : LIVE_ANSWER_OCTETS;
    request->status = entry->status;
    request->whole = entry->whole;
    request->sent = entry->sent;
    request->took = entry->took;
    request->second = entry->second;
    request->answer_length = head_end(entry->answer, entry->answer_length) + entry->sent;
    request->answer = malloc(kept > 0 ? kept : 1);
    if (request->answer) {
        memcpy(request->answer, entry->answer, kept);
        request->answer_kept = (uint32_t)kept;
    }
}
