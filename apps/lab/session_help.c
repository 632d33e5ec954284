/* session_help.c: `help`: what can be typed in play, topic by topic. See session.h. */
#include <string.h>

#include "lab/app.h"
#include "lab/session_private.h"
#include "lab/sim.h"
#include "lucid/whatif.h"

static const char OVERVIEW[] =
    "A connect B:80            open a connection; behind it: from 40000, app NAME\n"
    "B listen 80               wait for connections; behind it: backlog 8, app NAME\n"
    "A send \"hi\"  A send 2MB   A read off|on|N   A shutdown   A close   A abort   A status\n"
    "A crash  A restart        the node forgets all; it comes back\n"
    "A#3 close                 connection 3 of A instead of its newest one\n"
    "A set nodelay on          see help set\n"
    "wire drop next A->B       see help wire\n"
    "step [N]                  the next thing that has a cause\n"
    "next state                on to the next change of a state\n"
    "run  run 3s  run until A.state=ESTABLISHED max 60s  skip 2h\n"
    "back [N]  goto 12         what was; a command then begins another future\n"
    "why [N]                   the rule that fired, its sentence, its place in the RFC and in the source\n"
    "status                    the connections that there are\n"
    "note \"text\"  save FILE.lab\n"
    "More: help apps, help set, help wire, help without, help attack\n";

static const char WIRE[] =
    "wire drop|hold|dup|corrupt|delay 300ms|reorder 2  next [A->B] [where ...] [count N] [tag t]\n"
    "  behind where: SYN SYNACK FIN RST ACK DATA len>0 len=0 any, nth 5, port 80; several with and\n"
    "the same with id 17       the packet with this number, while it is on its way or held\n"
    "wire release [t|all]  wire release id 17\n"
    "wire delay 20ms  wire rate 1mbit  wire queue 10  wire mtu 576 [icmp on|off]  wire loss 2%\n"
    "wire cut  wire heal       of all directions, or behind it A->B\n"
    "wire list                 how the wires are, rules that wait, packets that are held\n"
    "icmp unreachable 3 to A about 17|last\n";

static const char ATTACK[] = "M app attacker            M may make segments by hand now\n"
                             "M forge A->B RST seq nxt+5\n"
                             "M forge A:40000->B:80 SYN,ACK seq 17 ack nxt [win 1000] [data \"x\"]\n"
                             "  seq: nxt is what the victim expects next, end the right edge of its window\n"
                             "  ack: nxt is what it sends next, una its oldest octet that is not acknowledged\n";

static void put_rules(struct text *say) {
    text_put(say, "without NAME takes a rule away, with NAME restores it:\n");
    for (unsigned bit = 1; bit < LUCID_WHATIF_END; bit <<= 1) {
        text_format(say, "%-16s  %s\n", lucid_whatif_name(bit), lucid_whatif_sentence(bit));
    }
}

int session_help(const char *topic, struct text *say, char error[LAB_ERROR]) {
    static const char *const topics[] = {"apps", "set", "wire", "without", "attack", NULL};
    if (!*topic) {
        text_put(say, OVERVIEW);
    } else if (!strcmp(topic, "apps")) {
        app_list(say);
    } else if (!strcmp(topic, "set")) {
        node_set_list(say);
    } else if (!strcmp(topic, "wire")) {
        text_put(say, WIRE);
    } else if (!strcmp(topic, "without")) {
        put_rules(say);
    } else if (!strcmp(topic, "attack")) {
        text_put(say, ATTACK);
    } else {
        return words_unknown(error, "topic", topic, topics, "for example `help wire`");
    }
    return 0;
}
