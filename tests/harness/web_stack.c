/* web_stack.c: two stacks in memory: 0 has the clients, 1 the server. See web.h. */
#include <stdio.h>

#include "harness/web.h"

enum { CLIENT, SERVER };

static void serve(struct web *web) {
    struct lucid_ready ready;
    while (lucid_next_event(lucid_pair_stack(web->stack.pair, SERVER), &ready)) {
        http_server_event(web->server, web_now(web), ready.data);
    }
}

static void on_batch(struct lucid_pair *pair, int which, void *user) {
    (void)pair;
    if (which == SERVER) {
        serve(user);
        return;
    }
    web_listen_to_clients(user);
}

static const char *stack_open(struct web *web) {
    struct web_stack *stack = &web->stack;
    if (lucid_pair_open(&stack->pair, &web->pair_options) < 0) {
        return "the stacks could not be made";
    }
    for (int i = 0; i < 2; i++) {
        stack_transport_init(&stack->transport[i], lucid_pair_stack(stack->pair, i));
    }
    web->near = &stack->transport[CLIENT].base;
    web->far = &stack->transport[SERVER].base;
    web->local.port = 80;
    lucid_addr_parse("10.77.0.2", &web->local.addr);
    lucid_pair_on_batch(stack->pair, on_batch, web);
    return NULL;
}

static lucid_time stack_now(const struct web *web) {
    return lucid_pair_now(web->stack.pair);
}

static bool stack_step(struct web *web, lucid_time limit) {
    return lucid_pair_step(web->stack.pair, limit);
}

static const char *stack_close(struct web *web) {
    static char fault[200];
    struct vhost *host = web->stack.host;
    lucid_pair_close(web->stack.pair);
    bool clean = vhost_clean(&host[CLIENT]) && vhost_clean(&host[SERVER]);
    snprintf(fault, sizeof fault, "%.90s %.90s", host[CLIENT].fault, host[SERVER].fault);
    return clean ? NULL : fault;
}

const struct web_net web_stack_net = {stack_open, stack_now, stack_step, stack_close};
