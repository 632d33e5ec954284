/* live_control.c: see live_control.h. */
#include "lab/live_control.h"

#include <stdlib.h>

#include "http/stream.h"
#include "lab/words.h"

struct live_control {
    struct lucid_relay *relay;
    struct lucid_host *host;
    struct stack_transport transport;
    struct lab_web *web;
};

struct live_control *live_control_open(uint16_t port, char error[LAB_ERROR]) {
    struct live_control *control = calloc(1, sizeof *control);
    if (!control) {
        words_fail(error, "there is no memory for the control page; free some");
        return NULL;
    }
    control->relay = lucid_relay_open(port, error);
    if (!control->relay) {
        free(control);
        return NULL;
    }
    return control;
}

static void on_event(struct lucid_host *host, const struct lucid_ready *ready, void *user) {
    const struct live_control *control = user;
    (void)host;
    lab_web_event(control->web, ready->data);
}

static int open_host(struct live_control *control, char error[LAB_ERROR]) {
    struct lucid_host_options options;
    lucid_host_defaults(&options);
    options.device = "lucid1";
    lucid_ifaddr_parse("10.77.1.1/24", 24, &options.host_addrs[0]);
    lucid_ifaddr_parse("10.77.1.2", 24, &options.config.addrs[0]);
    options.host_addr_count = options.config.addr_count = 1;
    return lucid_host_open(&control->host, &options, error);
}

int live_control_serve(struct live_control *control, const struct web_world *world, uint16_t port, struct lab_web **web,
                       char error[LAB_ERROR]) {
    struct lucid_sockaddr aim = {.port = WEB_GIVEN_PORT};
    if (open_host(control, error) < 0) {
        return -1;
    }
    stack_transport_init(&control->transport, lucid_host_stack(control->host));
    if (lab_web_open_on(&control->web, world, &control->transport.base, port, error) < 0) {
        return -1;
    }
    const struct lucid_host_callbacks callbacks = {.event = on_event, .user = control};
    lucid_host_set_callbacks(control->host, &callbacks);
    lucid_addr_parse("10.77.1.2", &aim.addr);
    lucid_relay_to(control->relay, &aim, NULL, NULL);
    *web = control->web;
    return 0;
}

void live_control_turn(struct live_control *control) {
    lucid_relay_turn(control->relay);
    lucid_host_step(control->host, 0);
    lab_web_run(control->web, 0);
    lucid_host_step(control->host, 0);
}

int live_control_fd(const struct live_control *control, unsigned which) {
    return which == 0 ? lucid_relay_fd(control->relay) : lucid_host_fd(control->host);
}

/* Behind lab_web_close(): the answers on their way belong to the stack. */
void live_control_close(struct live_control *control) {
    if (control) {
        lucid_host_close(control->host);
        lucid_relay_close(control->relay);
        free(control);
    }
}
