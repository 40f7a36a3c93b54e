// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.format;

import io.tandem.node.backend.Backend;
import io.tandem.node.backend.Server;
import io.tandem.node.frontend.http.Request;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.ServerEnd;
import io.tandem.node.rules.sample.Output;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The variables of formats (HAProxy manual 8.2.6): what {@code %ci}, {@code %ST} and the like write. */
enum LogVariable {
    B("B", (f, s) -> (facts, out) -> {
        soFar(facts, out);
        out.append(facts.bytesOut);
    }),
    U("U", (f, s) -> (facts, out) -> out.append(facts.bytesIn)),
    CC("CC", true, (f, s) -> (facts, out) -> text(out, facts.requestCookie, f, s)),
    CS("CS", true, (f, s) -> (facts, out) -> text(out, facts.responseCookie, f, s)),
    H("H", (f, s) -> (facts, out) -> text(out, Host.NAME, f, s)),
    HM("HM", true, (f, s) -> (facts, out) -> {
        Request request = facts.request;
        part(out, request, request.receivedMethodStart(), request.receivedMethodEnd(), f);
    }),
    HP("HP", true, (f, s) -> (facts, out) -> {
        Request request = facts.request;
        part(out, request, request.receivedUriStart(), Uris.find(request, '?'), f);
    }),
    HPO("HPO", true, (f, s) -> (facts, out) -> {
        Request request = facts.request;
        part(out, request, Uris.pathStart(request), Uris.find(request, '?'), f);
    }),
    HQ("HQ", true, (f, s) -> (facts, out) -> {
        Request request = facts.request;
        if (Uris.isMissing(request)) {
            quoted(out, Uris.MISSING, f);
        } else {
            Encoding.line(out, request.bytes(), Uris.find(request, '?'), request.receivedUriEnd(), f);
        }
    }),
    HU("HU", true, (f, s) -> (facts, out) -> {
        Request request = facts.request;
        part(out, request, request.receivedUriStart(), request.receivedUriEnd(), f);
    }),
    HV("HV", true, (f, s) -> (facts, out) -> {
        quoted(
                out,
                Uris.isMissing(facts.request)
                        ? Uris.MISSING
                        : facts.request.isHttp2()
                                ? "HTTP/2.0"
                                : facts.request.minorVersion() == 0 ? "HTTP/1.0" : "HTTP/1.1",
                f);
    }),
    ID("ID", (f, s) -> (facts, out) -> text(out, uniqueId(facts), f, s)),
    ST("ST", (f, s) -> (facts, out) -> {
        if (facts.status == 0 && s == Format.Style.LOG && facts.isHttp()) {
            out.append(-1);
        } else if (facts.status == Facts.UNREADABLE) {
            out.append(0);
        } else {
            out.append(facts.status);
        }
    }),
    T("T", (f, s) -> (facts, out) -> DateText.clfUtc(out, facts.acceptedAtMs)),
    TL("Tl", (f, s) -> (facts, out) -> DateText.clfLocal(out, facts.acceptedAtMs)),
    T_MS("t", (f, s) -> (facts, out) -> DateText.millis(out, facts.acceptedAtMs)),
    TR_DATE("tr", true, (f, s) -> (facts, out) -> DateText.millis(out, requestAt(facts))),
    TRG("trg", true, (f, s) -> (facts, out) -> DateText.clfUtc(out, requestAt(facts))),
    TRL("trl", true, (f, s) -> (facts, out) -> DateText.clfLocal(out, requestAt(facts))),
    TS_SECONDS("Ts", (f, s) -> (facts, out) -> number(out, facts.acceptedAtMs / 1000, f, 8)),
    MS("ms", (f, s) -> (facts, out) -> {
        if (f.hex()) {
            number(out, facts.acceptedAtMs % 1000, f, 2);
        } else {
            out.appendPadded(facts.acceptedAtMs % 1000, 3);
        }
    }),
    TA("Ta", true, (f, s) -> (facts, out) -> {
        soFar(facts, out);
        duration(out, start(facts), facts.endNs);
    }),
    TC("Tc", (f, s) -> (facts, out) -> duration(out, facts.connectingNs, facts.connectedNs)),
    TD("Td", (f, s) -> (facts, out) -> duration(out, dataStart(facts), facts.endNs)),
    TH("Th", (f, s) -> (facts, out) -> duration(out, facts.acceptedNs, handshake(facts))),
    TI("Ti", true, (f, s) -> (facts, out) -> duration(out, handshake(facts), start(facts))),
    TQ("Tq", true, (f, s) -> (facts, out) -> duration(out, facts.acceptedNs, facts.requestHeadNs)),
    TR_HEADERS("TR", true, (f, s) -> (facts, out) -> duration(out, start(facts), facts.requestHeadNs)),
    TR("Tr", true, (f, s) -> (facts, out) -> duration(out, facts.connectedNs, facts.responseHeadNs)),
    TT("Tt", (f, s) -> (facts, out) -> {
        soFar(facts, out);
        duration(out, facts.acceptedNs, facts.endNs);
    }),
    TU("Tu", (f, s) -> (facts, out) -> {
        soFar(facts, out);
        duration(out, start(facts), facts.endNs);
    }),
    TW("Tw", (f, s) -> (facts, out) -> duration(out, queueStart(facts), facts.connectingNs)),
    AC("ac", (f, s) -> (facts, out) -> out.append(facts.configuration.openSessions())),
    FC("fc", (f, s) -> (facts, out) -> out.append(facts.frontend.meters().current())),
    BC("bc", (f, s) -> (facts, out) -> {
        Backend backend = facts.backend;
        out.append(backend == null ? 0 : backend.meters().current());
    }),
    SC("sc", (f, s) -> (facts, out) -> {
        Server server = facts.server;
        out.append(server == null ? 0 : server.state().meters().current());
    }),
    RC("rc", (f, s) -> (facts, out) -> {
        if (facts.redispatched) {
            out.append('+');
        }
        out.append(facts.retries);
    }),
    SQ("sq", (f, s) -> (facts, out) -> out.append(facts.serverQueue)),
    BQ("bq", (f, s) -> (facts, out) -> out.append(facts.backendQueue)),
    B_NAME("b", (f, s) -> (facts, out) -> {
        Backend backend = facts.backend;
        quoted(out, backend == null ? facts.frontend.name() : backend.name(), f);
    }),
    S("s", (f, s) -> (facts, out) -> {
        Server server = facts.server;
        String service = facts.service;
        quoted(out, service != null ? service : server != null ? server.name() : "<NOSRV>", f);
    }),
    F("f", (f, s) -> (facts, out) -> text(out, facts.frontend.nameBytes(), f, s)),
    FT("ft", (f, s) -> (facts, out) -> {
        if (f.quote()) {
            out.append('"');
        }
        out.append(facts.frontend.nameBytes());
        if (facts.tls != null) {
            out.append('~');
        }
        if (f.quote()) {
            out.append('"');
        }
    }),
    BI("bi", (f, s) -> (facts, out) -> Ends.address(out, facts.serverEnd, serverSource(facts), f)),
    BP("bp", (f, s) -> (facts, out) -> Ends.port(out, facts.serverEnd, serverSource(facts), f)),
    CI("ci", (f, s) -> (facts, out) -> Ends.address(out, facts.source, f)),
    CP("cp", (f, s) -> (facts, out) -> Ends.port(out, facts.source, facts, f)),
    FI("fi", (f, s) -> (facts, out) -> Ends.address(out, facts.destination, f)),
    FP("fp", (f, s) -> (facts, out) -> Ends.port(out, facts.destination, facts, f)),
    SI("si", (f, s) -> (facts, out) -> Ends.address(out, facts.serverEnd, serverAddress(facts), f)),
    SP("sp", (f, s) -> (facts, out) -> Ends.port(out, facts.serverEnd, serverAddress(facts), f)),
    LC("lc", (f, s) -> (facts, out) -> number(out, facts.frontend.accessLog().lines(), f, 4)),
    RT("rt", (f, s) -> (facts, out) -> number(out, facts.requestNumber(), f, 4)),
    PID("pid", (f, s) -> (facts, out) -> number(out, Host.PID, f, 4)),
    HR("hr", (f, s) -> (facts, out) -> captures(out, facts.requestCaptures, f)),
    HRL("hrl", (f, s) -> (facts, out) -> captureList(out, facts.requestCaptures, f)),
    HS("hs", (f, s) -> (facts, out) -> captures(out, facts.responseCaptures, f)),
    HSL("hsl", (f, s) -> (facts, out) -> captureList(out, facts.responseCaptures, f)),
    R("r", true, (f, s) -> (facts, out) -> requestLine(facts, out, f)),
    SSLC("sslc", (f, s) -> (facts, out) -> present(out, facts.tls == null ? null : facts.tls.cipher(), f)),
    SSLV("sslv", (f, s) -> (facts, out) -> present(out, facts.tls == null ? null : facts.tls.protocol(), f)),
    TS("ts", (f, s) -> (facts, out) -> {
        out.append(facts.terminationWho);
        out.append(facts.terminationWhen);
    }),
    TSC("tsc", (f, s) -> (facts, out) -> {
        out.append(facts.terminationWho);
        out.append(facts.terminationWhen);
        out.append(facts.cookieRequest);
        out.append(facts.cookieResponse);
    });

    /** Makes what writes the variable with those flags: an object of its own, so that a line costs one call a field. */
    @FunctionalInterface
    private interface Maker {
        Format.Part make(Flags flags, Format.Style style);
    }

    private static final Map<String, LogVariable> BY_NAME = new HashMap<>();

    static {
        for (LogVariable variable : values()) {
            BY_NAME.put(variable.word, variable);
        }
    }

    private final String word;
    private final boolean http;

    @SuppressWarnings("ImmutableEnumChecker") // lambdas without state
    private final Maker maker;

    LogVariable(String word, Maker maker) {
        this(word, false, maker);
    }

    LogVariable(String word, boolean http, Maker maker) {
        this.word = word;
        this.http = http;
        this.maker = maker;
    }

    static Set<String> names() {
        return new TreeSet<>(BY_NAME.keySet());
    }

    static @Nullable LogVariable named(String word) {
        return BY_NAME.get(word);
    }

    /** Whether it exists in {@code mode http} only. */
    boolean needsHttp() {
        return http;
    }

    /** The part of a format that writes it. */
    Format.Part part(Flags flags, Format.Style style) {
        return maker.make(flags, style);
    }

    /** What was no request has no number. */
    private static byte @Nullable [] uniqueId(Facts facts) {
        return facts.lacksRequest() ? null : UniqueId.of(facts);
    }

    private static long requestAt(Facts facts) {
        return facts.requestAtMs != 0 ? facts.requestAtMs : facts.acceptedAtMs;
    }

    private static long handshake(Facts facts) {
        return facts.handshakeNs != 0 ? facts.handshakeNs : facts.acceptedNs;
    }

    /** When the request's first byte came; a connection that sent none counts from its handshake. */
    private static long start(Facts facts) {
        return facts.requestStartNs != 0 ? facts.requestStartNs : handshake(facts);
    }

    private static long queueStart(Facts facts) {
        return facts.queuedNs != 0 ? facts.queuedNs : facts.requestHeadNs;
    }

    private static long dataStart(Facts facts) {
        return facts.responseHeadNs != 0 ? facts.responseHeadNs : facts.connectedNs;
    }

    /** Milliseconds between two moments; -1 when the second did not come. */
    private static void duration(Output out, long fromNs, long toNs) {
        out.append(fromNs == 0 || toNs == 0 ? -1 : Math.max(0, (toNs - fromNs) / 1_000_000));
    }

    private static @Nullable InetSocketAddress serverAddress(Facts facts) {
        ServerEnd end = facts.serverEnd;
        return end == null ? null : end.destination();
    }

    private static @Nullable InetSocketAddress serverSource(Facts facts) {
        return facts.serverEnd == null ? null : facts.serverSource;
    }

    /** @param hexDigits how many there are at least, with {@code +X} */
    static void number(Output out, long number, Flags flags, int hexDigits) {
        if (flags.hex()) {
            int digits = (Long.SIZE - Long.numberOfLeadingZeros(number) + 3) / 4;
            out.appendHex(number, Math.max(hexDigits, digits));
        } else {
            out.append(number);
        }
    }

    static void quoted(Output out, String text, Flags flags) {
        if (flags.quote()) {
            out.append('"');
        }
        out.append(text);
        if (flags.quote()) {
            out.append('"');
        }
    }

    private static void present(Output out, @Nullable String text, Flags flags) {
        if (text == null || text.isEmpty()) {
            absent(out, flags);
        } else {
            quoted(out, text, flags);
        }
    }

    private static void text(Output out, byte @Nullable [] text, Flags flags, Format.Style style) {
        if (text == null || text.length == 0) {
            absent(out, flags);
        } else {
            Encoding.text(out, text, 0, text.length, flags, flags.quote(), style);
        }
    }

    /** What stands for something that there is not. */
    static void absent(Output out, Flags flags) {
        if (flags.quote()) {
            out.append("\"\"");
        } else if (flags.mandatory()) {
            out.append('-');
        }
    }

    private static void part(Output out, Request request, int start, int end, Flags flags) {
        if (Uris.isMissing(request)) {
            quoted(out, Uris.MISSING, flags);
        } else {
            Encoding.line(out, request.bytes(), start, Math.max(start, end), flags);
        }
    }

    private static void captures(Output out, byte @Nullable [] @Nullable [] captures, Flags flags) {
        if (captures == null) {
            return;
        }
        if (flags.quote()) {
            out.append('"');
        }
        out.append('{');
        for (int i = 0; i < captures.length; i++) {
            if (i > 0) {
                out.append('|');
            }
            byte[] value = captures[i];
            if (value != null) {
                Encoding.captured(out, value, flags);
            }
        }
        out.append('}');
        if (flags.quote()) {
            out.append('"');
        }
    }

    /** A value that is missing shows whatever {@code M} says. */
    private static void captureList(Output out, byte @Nullable [] @Nullable [] captures, Flags flags) {
        if (captures == null) {
            return;
        }
        for (int i = 0; i < captures.length; i++) {
            if (i > 0) {
                out.append(' ');
            }
            byte[] value = captures[i];
            if (value == null && !flags.quote()) {
                out.append('-');
                continue;
            }
            if (flags.quote()) {
                out.append('"');
            }
            if (value != null) {
                Encoding.captured(out, value, flags);
            }
            if (flags.quote()) {
                out.append('"');
            }
        }
    }

    /** Marks a number that may have grown since ({@code option logasap}). */
    private static void soFar(Facts facts, Output out) {
        if (facts.frontend.accessLog().isEarly()) {
            out.append('+');
        }
    }

    private static void requestLine(Facts facts, Output out, Flags flags) {
        if (flags.quote()) {
            out.append('"');
        }
        Request request = facts.request;
        if (Uris.isMissing(request)) {
            out.append(Uris.MISSING);
        } else {
            Encoding.bare(out, request.bytes(), request.receivedMethodStart(), request.receivedMethodEnd(), flags);
            out.append(' ');
            Encoding.bare(out, request.bytes(), request.receivedUriStart(), request.receivedUriEnd(), flags);
            int rest = request.loggedRest();
            if (rest <= 0) {
                // tune.http.logurilen is used up
            } else if (request.lineEnd() > request.lineStart()) {
                out.append(' '); // the version as the client wrote it
                int version = request.lineEnd() - 8;
                Encoding.bare(out, request.bytes(), version, version + Math.min(8, rest - 1), flags);
            } else {
                out.append(request.minorVersion() == 0 ? " HTTP/1.0" : " HTTP/1.1");
            }
        }
        if (flags.quote()) {
            out.append('"');
        }
    }

    /** Parts of a request target. */
    private static final class Uris {
        static final String MISSING = "<BADREQ>";

        /** Whether what came was no request. */
        static boolean isMissing(Request request) {
            return request.receivedMethodStart() == request.receivedMethodEnd();
        }

        static int find(Request request, char wanted) {
            for (int i = request.receivedUriStart(); i < request.receivedUriEnd(); i++) {
                if (request.bytes()[i] == wanted) {
                    return i;
                }
            }
            return request.receivedUriEnd();
        }

        /** Where the path begins; the target's end where it has none. */
        static int pathStart(Request request) {
            byte[] bytes = request.bytes();
            int start = request.receivedUriStart();
            int end = request.receivedUriEnd();
            if (start < end && bytes[start] == '/') {
                return start;
            }
            for (int i = start; i + 2 < end; i++) {
                if (bytes[i] == ':' && bytes[i + 1] == '/' && bytes[i + 2] == '/') {
                    int slash = i + 3;
                    while (slash < end && bytes[slash] != '/') {
                        slash++;
                    }
                    return slash;
                }
            }
            return end;
        }
    }
}
