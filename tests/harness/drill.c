/* drill.c: plays a script in all its variants. See drill.h.
 *
 * The first time nothing is recorded, which is fast. A play that fails is played again with trace, story and capture:
 * the stack is deterministic, so the same happens; if it does not, that is the failure that is reported.
 */
#include "harness/drill.h"

#include <stdlib.h>
#include <string.h>

#include "harness/drill_play.h"

/* Initial sequence numbers near 0, 2^31 and 2^32. The peer's is UINT32_MAX minus ours: 5000 octets into the stream the
 * fourth wraps our numbers, and the fifth the peer's. */
static const uint32_t iss_values[] = {0, INT32_MAX, UINT32_MAX, UINT32_MAX - 4999, 4999};

#define ISS_VALUES (sizeof iss_values / sizeof *iss_values)

static bool play_quickly(const struct drill_script *script, const struct drill_wish *wish,
                         struct drill_variant variant) {
    struct drill_run *run = calloc(1, sizeof *run);
    *run = (struct drill_run){.script = script, .variant = variant, .wish = wish};
    bool passed = drill_play_once(run);
    free(run);
    return passed;
}

static bool play_and_tell(const struct drill_script *script, const struct drill_wish *wish,
                          struct drill_variant variant, FILE *report) {
    struct drill_run *run = calloc(1, sizeof *run);
    char path[256];
    *run = (struct drill_run){.script = script, .variant = variant, .wish = wish, .report = report};
    run->pcap = drill_pcap_begin();
    bool passed = drill_play_once(run);
    if (passed && wish->pcap && drill_pcap_write(run->pcap, run, path)) {
        fprintf(report, "capture %s\n", path);
    }
    drill_pcap_end(run->pcap);
    free(run);
    return passed;
}

/* Plays one variant; what there is to read goes to the report. */
static bool play_variant(const struct drill_script *script, const struct drill_wish *wish, struct drill_variant variant,
                         FILE *report) {
    bool tell = wish->verbose || wish->pcap || wish->loose;
    if (tell) {
        return play_and_tell(script, wish, variant, report);
    }
    if (play_quickly(script, wish, variant)) {
        return true;
    }
    if (play_and_tell(script, wish, variant, report)) {
        fprintf(report,
                "FAIL %s (%s, ISS %u)\n  played again, with trace and capture, it passes: the stack is not "
                "deterministic, or the trace changes what it does\n",
                script->path, variant.ipv4 ? "IPv4" : "IPv6", variant.iss);
    }
    return false;
}

static bool wanted(const struct drill_script *script, const struct drill_wish *wish, bool ipv4) {
    bool all = !wish->ipv4 && !wish->ipv6;
    if (ipv4 ? script->only_ipv6 : script->only_ipv4) {
        return false;
    }
    return all || (ipv4 ? wish->ipv4 : wish->ipv6);
}

void drill_play(const struct drill_script *script, const struct drill_wish *wish, struct drill_result *result) {
    size_t length;
    *result = (struct drill_result){.passed = true};
    FILE *report = open_memstream(&result->report, &length);
    for (int family = 4; family <= 6; family += 2) {
        if (!wanted(script, wish, family == 4)) {
            continue;
        }
        for (size_t i = 0; i < (wish->has_iss ? 1 : ISS_VALUES) && result->passed; i++) {
            struct drill_variant variant = {.ipv4 = family == 4, .iss = wish->has_iss ? wish->iss : iss_values[i]};
            result->plays++;
            result->passed = play_variant(script, wish, variant, report);
        }
    }
    fclose(report);
}

char *drill_text_report(const char *path, unsigned line, const char *text) {
    const struct drill_wish wish = {.ipv4 = false};
    struct drill_error error;
    struct drill_result result;
    char *report = NULL;
    struct drill_script *script = drill_parse(path, text, &error);
    if (!script) {
        if (asprintf(&report, "%s:%u: line %u of the script: %s", path, line, error.line, error.text) < 0) {
            abort();
        }
        return report;
    }
    drill_play(script, &wish, &result);
    drill_script_free(script);
    if (!result.passed) {
        return result.report;
    }
    free(result.report);
    return NULL;
}
