/* names.c: names for readers of errors, drops and trace events. One table per enumeration, nothing else. The names of
 * states come from tcp/fsm.def and are not here.
 */
#include "lucid/info.h"
#include "lucid/socket.h"
#include "lucid/trace.h"

#define COUNT(table) ((unsigned)(sizeof(table) / sizeof(table)[0]))

static const char *name_at(const char *const *table, unsigned count, unsigned index) {
    return index < count ? table[index] : "?";
}

/* ---- errors ---- */

struct error_name {
    int error;
    const char *name;
};

#define ERROR(name) \
    { LUCID_##name, #name }
static const struct error_name error_names[] = {
    {0, "0"},
    ERROR(EIO),
    ERROR(EBADF),
    ERROR(EAGAIN),
    ERROR(ENOMEM),
    ERROR(EACCES),
    ERROR(EFAULT),
    ERROR(EINVAL),
    ERROR(ENFILE),
    ERROR(EPIPE),
    ERROR(EDESTADDRREQ),
    ERROR(EMSGSIZE),
    ERROR(EPROTOTYPE),
    ERROR(ENOPROTOOPT),
    ERROR(EPROTONOSUPPORT),
    ERROR(EOPNOTSUPP),
    ERROR(EAFNOSUPPORT),
    ERROR(EADDRINUSE),
    ERROR(EADDRNOTAVAIL),
    ERROR(ENETUNREACH),
    ERROR(ECONNABORTED),
    ERROR(ECONNRESET),
    ERROR(ENOBUFS),
    ERROR(EISCONN),
    ERROR(ENOTCONN),
    ERROR(ETIMEDOUT),
    ERROR(ECONNREFUSED),
    ERROR(EHOSTUNREACH),
    ERROR(EALREADY),
    ERROR(EINPROGRESS),
};
#undef ERROR

const char *lucid_error_name(int error) {
    for (unsigned i = 0; i < COUNT(error_names); i++) {
        if (error == error_names[i].error || error == -error_names[i].error) {
            return error_names[i].name;
        }
    }
    return "E?";
}

/* ---- drops ---- */

#define DROP_NAME(name, text) #name,
static const char *const drop_names[] = {LUCID_DROP_LIST(DROP_NAME)};
#undef DROP_NAME

#define DROP_TEXT(name, text) text,
static const char *const drop_texts[] = {LUCID_DROP_LIST(DROP_TEXT)};
#undef DROP_TEXT

const char *lucid_drop_name(int drop) {
    return name_at(drop_names, COUNT(drop_names), (unsigned)drop);
}

const char *lucid_drop_text(int drop) {
    return name_at(drop_texts, COUNT(drop_texts), (unsigned)drop);
}

/* ---- trace events ---- */

static const char *const timer_names[LUCID_TIMERS] = {
    [LUCID_TIMER_RTO] = "RTO",
    [LUCID_TIMER_PERSIST] = "PERSIST",
    [LUCID_TIMER_DELAYED_ACK] = "DELACK",
    [LUCID_TIMER_KEEPALIVE] = "KEEPALIVE",
    [LUCID_TIMER_2MSL] = "2MSL",
    [LUCID_TIMER_USER] = "USER",
    [LUCID_TIMER_FIN_WAIT_2] = "FINWAIT2",
    [LUCID_TIMER_REORDER] = "REORDER",
    [LUCID_TIMER_TAIL_PROBE] = "TAILPROBE",
    [LUCID_TIMER_PACE] = "PACE",
};

const char *lucid_timer_name(unsigned timer) {
    return name_at(timer_names, COUNT(timer_names), timer);
}

static const char *const call_names[LUCID_CALLS] = {
    [LUCID_CALL_OPEN] = "connect", [LUCID_CALL_LISTEN] = "listen", [LUCID_CALL_ACCEPT] = "accept",
    [LUCID_CALL_SEND] = "send",    [LUCID_CALL_RECV] = "recv",     [LUCID_CALL_SHUTDOWN] = "shutdown",
    [LUCID_CALL_CLOSE] = "close",  [LUCID_CALL_ABORT] = "abort",   [LUCID_CALL_STATUS] = "status",
};

const char *lucid_call_name(unsigned call) {
    return name_at(call_names, COUNT(call_names), call);
}

static const char *const outcome_names[LUCID_OUTCOMES] = {
    [LUCID_OUTCOME_ACCEPTED] = "ACCEPTED",
    [LUCID_OUTCOME_DROPPED] = "DROPPED",
    [LUCID_OUTCOME_ACK] = "ACK",
    [LUCID_OUTCOME_CHALLENGE_ACK] = "CHALLENGE-ACK",
    [LUCID_OUTCOME_RST] = "RST",
    [LUCID_OUTCOME_IGNORED] = "IGNORED",
    [LUCID_OUTCOME_TRIMMED] = "TRIMMED",
    [LUCID_OUTCOME_QUEUED] = "QUEUED",
    [LUCID_OUTCOME_RETRANSMIT] = "RETRANSMIT",
    [LUCID_OUTCOME_PROBE] = "PROBE",
    [LUCID_OUTCOME_ACK_NOW] = "ACK-NOW",
    [LUCID_OUTCOME_WAITS] = "WAITS",
    [LUCID_OUTCOME_ADJUSTED] = "ADJUSTED",
};

const char *lucid_outcome_name(unsigned outcome) {
    return name_at(outcome_names, COUNT(outcome_names), outcome);
}

static const char *const variable_names[LUCID_VARS] = {
    [LUCID_VAR_SND_UNA] = "snd.una",
    [LUCID_VAR_SND_NXT] = "snd.nxt",
    [LUCID_VAR_SND_WND] = "snd.wnd",
    [LUCID_VAR_SND_WL1] = "snd.wl1",
    [LUCID_VAR_SND_WL2] = "snd.wl2",
    [LUCID_VAR_RCV_NXT] = "rcv.nxt",
    [LUCID_VAR_RCV_WND] = "rcv.wnd",
    [LUCID_VAR_CWND] = "cwnd",
    [LUCID_VAR_SSTHRESH] = "ssthresh",
    [LUCID_VAR_FLIGHT] = "flight",
    [LUCID_VAR_SRTT] = "srtt",
    [LUCID_VAR_RTTVAR] = "rttvar",
    [LUCID_VAR_RTO] = "rto",
    [LUCID_VAR_DUPACKS] = "dupacks",
    [LUCID_VAR_SEND_QUEUE] = "send-queue",
    [LUCID_VAR_RECEIVE_QUEUE] = "receive-queue",
    [LUCID_VAR_RTT] = "rtt",
    [LUCID_VAR_USER] = "user",
};

const char *lucid_variable_name(unsigned variable) {
    return name_at(variable_names, COUNT(variable_names), variable);
}

static const char *const event_names[LUCID_EVENT_KINDS] = {
    [LUCID_EVENT_SEGMENT_OUT] = "segment-out",
    [LUCID_EVENT_SEGMENT_IN] = "segment-in",
    [LUCID_EVENT_STATE] = "state",
    [LUCID_EVENT_RULE] = "rule",
    [LUCID_EVENT_TIMER] = "timer",
    [LUCID_EVENT_VARIABLES] = "variables",
    [LUCID_EVENT_CALL] = "call",
    [LUCID_EVENT_RETURN] = "return",
    [LUCID_EVENT_DELIVERED] = "delivered",
    [LUCID_EVENT_DROP] = "drop",
};

const char *lucid_event_name(unsigned kind) {
    return name_at(event_names, COUNT(event_names), kind);
}

/* The order that captures and drill scripts use: S F R P, then ACK, URG, ECE, CWR. */
char *lucid_flags_format(unsigned flags, char text[9]) {
    static const struct {
        unsigned flag;
        char letter;
    } letters[] = {
        {LUCID_SYN, 'S'}, {LUCID_FIN, 'F'}, {LUCID_RST, 'R'}, {LUCID_PSH, 'P'},
        {LUCID_ACK, 'A'}, {LUCID_URG, 'U'}, {LUCID_ECE, 'E'}, {LUCID_CWR, 'C'},
    };
    unsigned length = 0;
    for (unsigned i = 0; i < COUNT(letters); i++) {
        if (flags & letters[i].flag) {
            text[length++] = letters[i].letter;
        }
    }
    text[length] = '\0';
    return text;
}
