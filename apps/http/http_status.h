/* http_status.h: the codes that answers carry, and every reason for which a message is refused.
 *
 * A reason has a stable name, the status that says it to the client, the paragraph it comes from and one sentence for
 * the error page. RFC 9110 15; RFC 9112 2 to 7.
 */
#ifndef HTTP_STATUS_H
#define HTTP_STATUS_H

/* X(code, "reason phrase", "what it means"): RFC 9110 15, and others. */
#define HTTP_STATUS_LIST(X)                                                                         \
    X(100, "Continue", "go on with the body")                                                       \
    X(101, "Switching Protocols", "another protocol follows on this connection")                    \
    X(200, "OK", "it worked")                                                                       \
    X(201, "Created", "something new is there now; Location says where")                            \
    X(202, "Accepted", "it will be done later, perhaps")                                            \
    X(203, "Non-Authoritative Information", "somebody on the way has changed the answer")           \
    X(204, "No Content", "it worked, and there is nothing to say")                                  \
    X(205, "Reset Content", "it worked: clear the form")                                            \
    X(206, "Partial Content", "here is the part that was asked for")                                \
    X(300, "Multiple Choices", "there are several of it: choose one")                               \
    X(301, "Moved Permanently", "it lives elsewhere for good; POST usually becomes GET on the way") \
    X(302, "Found", "it is elsewhere just now; POST usually becomes GET on the way")                \
    X(303, "See Other", "the answer is elsewhere: get it by GET")                                   \
    X(304, "Not Modified", "the copy that the client has is still good")                            \
    X(305, "Use Proxy", "not used any more")                                                        \
    X(307, "Temporary Redirect", "it is elsewhere just now: ask there, by the same method")         \
    X(308, "Permanent Redirect", "it lives elsewhere for good: ask there, by the same method")      \
    X(400, "Bad Request", "the request is not well formed")                                         \
    X(401, "Unauthorized", "say who you are")                                                       \
    X(402, "Payment Required", "reserved")                                                          \
    X(403, "Forbidden", "the server knows what is asked for, and will not do it")                   \
    X(404, "Not Found", "there is nothing here")                                                    \
    X(405, "Method Not Allowed", "not with this method; Allow says which")                          \
    X(406, "Not Acceptable", "not in any form that Accept allows")                                  \
    X(407, "Proxy Authentication Required", "say to the proxy who you are")                         \
    X(408, "Request Timeout", "the request took too long to arrive")                                \
    X(409, "Conflict", "it does not fit what is there now")                                         \
    X(410, "Gone", "it was here, and will not come back")                                           \
    X(411, "Length Required", "say how long the body is")                                           \
    X(412, "Precondition Failed", "it is not what the request says it must be")                     \
    X(413, "Content Too Large", "the body is longer than is taken here")                            \
    X(414, "URI Too Long", "the target is longer than is taken here")                               \
    X(415, "Unsupported Media Type", "not with a body of this type")                                \
    X(416, "Range Not Satisfiable", "there is nothing in the range that is asked for")              \
    X(417, "Expectation Failed", "what Expect asks for cannot be had")                              \
    X(418, "I'm a teapot", "not coffee; RFC 2324")                                                  \
    X(421, "Misdirected Request", "this server does not answer for that host")                      \
    X(422, "Unprocessable Content", "well formed, but it makes no sense")                           \
    X(423, "Locked", "somebody else works on it")                                                   \
    X(424, "Failed Dependency", "something that it needs has failed")                               \
    X(425, "Too Early", "it may be a replay: ask again after the handshake")                        \
    X(426, "Upgrade Required", "only by another protocol; Upgrade says which")                      \
    X(428, "Precondition Required", "say which version of it is meant")                             \
    X(429, "Too Many Requests", "slower, please; Retry-After says when")                            \
    X(431, "Request Header Fields Too Large", "the fields are longer than is taken here")           \
    X(451, "Unavailable For Legal Reasons", "somebody has forbidden it")                            \
    X(500, "Internal Server Error", "the server has made a mistake")                                \
    X(501, "Not Implemented", "the server does not know how to do that")                            \
    X(502, "Bad Gateway", "the server behind this one has given no good answer")                    \
    X(503, "Service Unavailable", "not now; Retry-After says when")                                 \
    X(504, "Gateway Timeout", "the server behind this one has not answered in time")                \
    X(505, "HTTP Version Not Supported", "not by this version of HTTP")                             \
    X(506, "Variant Also Negotiates", "the server is not set up as it should be")                   \
    X(507, "Insufficient Storage", "there is no room for it")                                       \
    X(508, "Loop Detected", "it goes round in a circle")                                            \
    X(511, "Network Authentication Required", "say to the network who you are")

/* No answer has it, only the log: the client has gone before its answer began. No RFC, but what Nginx writes there. */
enum { HTTP_STATUS_LEFT = 499 };

/* X(NAME, status, "source", "sentence") */
#define HTTP_REFUSAL_LIST(X)                                                                                           \
    X(NONE, 0, "", "not refused")                                                                                      \
    /* lines */                                                                                                        \
    X(EMPTY_LINE, 400, "RFC 9112 2.2", "an empty line where the first line belongs")                                   \
    X(BARE_LF, 400, "RFC 9112 2.2", "a line that ends in LF without CR before it")                                     \
    X(BARE_CR, 400, "RFC 9112 2.2", "a CR that does not end a line")                                                   \
    X(LINE_LONG, 414, "RFC 9112 3", "the first line is longer than is taken here")                                     \
    X(HEAD_LONG, 431, "RFC 6585 5", "the header section is longer than is taken here")                                 \
    /* the first line */                                                                                               \
    X(LINE_PARTS, 400, "RFC 9112 3", "the request line is not: method, one space, target, one space, version")         \
    X(METHOD, 400, "RFC 9112 3.1", "the method is not a token")                                                        \
    X(TARGET, 400, "RFC 9112 3.2", "the request target has a character that no URI has")                               \
    X(VERSION, 400, "RFC 9112 2.3", "the version is not HTTP/ digit . digit")                                          \
    X(VERSION_MAJOR, 505, "RFC 9110 15.6.6", "HTTP/1.1 and HTTP/1.0 are spoken here")                                  \
    X(STATUS_LINE, 400, "RFC 9112 4", "the status line is not: version, one space, three digits, one space, reason")   \
    /* fields */                                                                                                       \
    X(FIELD_FIRST_SPACE, 400, "RFC 9112 2.2", "white space before the first field line")                               \
    X(FIELD_FOLDED, 400, "RFC 9112 5.2", "a field line that begins with white space: folding is obsolete")             \
    X(FIELD_COLON, 400, "RFC 9112 5", "a field line without a colon")                                                  \
    X(FIELD_NAME, 400, "RFC 9110 5.1", "a field name that is empty or not a token")                                    \
    X(FIELD_NAME_SPACE, 400, "RFC 9112 5.1", "white space between a field name and its colon")                         \
    X(FIELD_VALUE, 400, "RFC 9110 5.5", "a control character in a field value")                                        \
    X(FIELDS_MANY, 431, "RFC 6585 5", "more field lines than are taken here")                                          \
    /* what they say together */                                                                                       \
    X(HOST_MISSING, 400, "RFC 9112 3.2", "HTTP/1.1 without a Host field")                                              \
    X(HOST_TWICE, 400, "RFC 9112 3.2", "two Host fields")                                                              \
    X(HOST, 400, "RFC 9112 3.2", "the Host field is not a host name with an optional port")                            \
    X(FORM, 400, "RFC 9112 3.2", "the target is neither a path nor an absolute http URI nor what its method allows")   \
    X(LENGTH, 400, "RFC 9112 6.3", "Content-Length is not a decimal number, or too large a one")                       \
    X(LENGTH_TWICE, 400, "RFC 9112 6.3", "more than one Content-Length")                                               \
    X(LENGTH_AND_CODING, 400, "RFC 9112 6.1", "Transfer-Encoding together with Content-Length")                        \
    X(CODING_EMPTY, 400, "RFC 9110 5.6.1", "a list of transfer codings with an empty element")                         \
    X(CODING_LAST, 400, "RFC 9112 6.3", "chunked is not the last transfer coding, or is there twice")                  \
    X(CODING_UNKNOWN, 501, "RFC 9112 6.1", "a transfer coding that is not known here")                                 \
    X(CODING_OLD, 400, "RFC 9112 6.1", "Transfer-Encoding in an HTTP/1.0 message")                                     \
    X(EXPECTATION, 417, "RFC 9110 10.1.1", "an expectation other than 100-continue")                                   \
    /* the body */                                                                                                     \
    X(BODY_LARGE, 413, "RFC 9110 15.5.14", "the body is larger than is taken here")                                    \
    X(CHUNK_SIZE, 400, "RFC 9112 7.1", "a chunk size that is not a hexadecimal number, or too large")                  \
    X(CHUNK_EXTENSION, 400, "RFC 9112 7.1.1", "a malformed or too long chunk extension")                               \
    X(CHUNK_END, 400, "RFC 9112 7.1", "chunk data that does not end in CRLF")                                          \
    X(CHUNK_TRAILER, 400, "RFC 9112 7.1.2", "a malformed or too long trailer section")                                 \
    /* the path */                                                                                                     \
    X(PATH_ESCAPE, 400, "RFC 3986 2.1", "a percent sign without two hexadecimal digits")                               \
    X(PATH_OCTET, 400, "RFC 3986 2.1", "a path with an encoded control character")                                     \
    X(PATH_OUTSIDE, 400, "RFC 3986 5.2.4", "a path that climbs above its root")                                        \
    X(PATH_LONG, 404, "RFC 9110 15.5.5", "a path longer than a file name may be")                                      \
    /* what it is asked to do */                                                                                       \
    X(METHOD_UNKNOWN, 501, "RFC 9110 9.1", "a method that this server does not know")                                  \
    X(METHOD_NOT_ALLOWED, 405, "RFC 9110 15.5.6", "this resource does not have that method; Allow lists those it has") \
    X(NOT_FOUND, 404, "RFC 9110 15.5.5", "there is nothing at this path")                                              \
    X(GONE, 410, "RFC 9110 15.5.11", "what was at this path has gone for good")                                        \
    X(CLOSED, 403, "RFC 9110 15.5.4", "the server is told to show nobody what is at this path")                        \
    X(FORBIDDEN, 403, "RFC 9110 15.5.4", "the server may not read this file")                                          \
    X(PRECONDITION, 412, "RFC 9110 13.1", "the file is not, or no more, what the request says it must be")             \
    X(RANGE, 416, "RFC 9110 14.2", "the file has nothing in the range that is asked for")                              \
    X(TIMEOUT, 408, "RFC 9110 15.5.9", "the request took too long to arrive")                                          \
    X(FAILED, 500, "RFC 9110 15.6.1", "the server failed to make the answer")                                          \
    X(BUSY, 503, "RFC 9110 15.6.4", "the server is short of memory or file handles; try again")                        \
    /* uwsgi packets */                                                                                                \
    X(UWSGI_MODIFIER, 400, "uwsgi", "no uwsgi packet of a web request: its modifiers are not 0")                       \
    X(UWSGI_LENGTH, 400, "uwsgi", "a variable of the uwsgi packet is longer than what is left of it")                  \
    X(UWSGI_NAME, 400, "uwsgi", "a variable of the uwsgi packet whose name is empty or not a token")                   \
    X(UWSGI_TWICE, 400, "uwsgi", "a variable of the uwsgi packet is there twice")                                      \
    X(UWSGI_METHOD, 400, "RFC 3875 4.1.12", "the uwsgi packet has no REQUEST_METHOD, or one that is no method")        \
    X(UWSGI_URI, 400, "RFC 3875 4.1.5", "the uwsgi packet has neither REQUEST_URI nor PATH_INFO, or no sound one")     \
    /* the server behind this one */                                                                                   \
    X(CONNECTION_LONG, 400, "RFC 9110 7.6.1", "Connection names more fields than are taken here")                      \
    X(LOOP, 508, "RFC 9110 7.6.3", "the request comes from this server and goes round in a circle")                    \
    X(UPSTREAM_HEAD, 502, "RFC 9110 15.6.3", "the header section is longer than the server behind this one takes")     \
    X(UPSTREAM_CONNECT, 502, "RFC 9110 15.6.3", "the server behind this one cannot be connected to")                   \
    X(UPSTREAM_CLOSED, 502, "RFC 9110 15.6.3", "the server behind this one has closed without an answer")              \
    X(UPSTREAM_ANSWER, 502, "RFC 9110 15.6.3", "the server behind this one has sent what is not HTTP as it should be") \
    X(UPSTREAM_TIME, 504, "RFC 9110 15.6.5", "the server behind this one has not answered in time")

enum http_refusal {
#define HTTP_REFUSAL_ENUM(name, status, source, sentence) HTTP_REFUSED_##name,
    HTTP_REFUSAL_LIST(HTTP_REFUSAL_ENUM)
#undef HTTP_REFUSAL_ENUM
        HTTP_REFUSALS
};

struct http_reason {
    const char *name; /* "HOST_TWICE" */
    int status;
    const char *source;   /* "RFC 9112 3.2" */
    const char *sentence; /* "two Host fields" */
};

const struct http_reason *http_reason(enum http_refusal refusal);

/* "Not Found" for 404; "" for a code that is not in the list. */
const char *http_status_phrase(int status);

/* "there is nothing here" for 404; of others what their first digit says. */
const char *http_status_meaning(int status);

#endif
