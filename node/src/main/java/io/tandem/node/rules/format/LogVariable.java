// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.format;

import io.tandem.node.backend.Backend;
import io.tandem.node.backend.Server;
import io.tandem.node.frontend.Peer;
import io.tandem.node.frontend.http.Request;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.sample.Addresses;
import io.tandem.node.rules.sample.Output;
import io.tandem.node.rules.sample.Text;
import io.tandem.node.socket.Endpoints;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The variables of formats (HAProxy manual 8.2.6): what {@code %ci}, {@code %ST} and the like write. */
enum LogVariable {
    B("B", (facts, out, f, s) -> {
        soFar(facts, out);
        out.append(facts.bytesOut);
    }),
    U("U", (facts, out, f, s) -> out.append(facts.bytesIn)),
    CC("CC", true, (facts, out, f, s) -> text(out, facts.requestCookie, f, s)),
    CS("CS", true, (facts, out, f, s) -> text(out, facts.responseCookie, f, s)),
    H("H", (facts, out, f, s) -> text(out, Host.NAME, f, s)),
    HM("HM", true, (facts, out, f, s) -> {
        Request request = facts.request;
        line(out, request.bytes(), request.receivedMethodStart(), request.receivedMethodEnd(), f, "<BADREQ>");
    }),
    HP("HP", true, (facts, out, f, s) -> {
        Request request = facts.request;
        line(out, request.bytes(), request.receivedUriStart(), Uris.find(request, '?'), f, "<BADREQ>");
    }),
    HPO("HPO", true, (facts, out, f, s) -> {
        Request request = facts.request;
        line(out, request.bytes(), Uris.pathStart(request), Uris.find(request, '?'), f, "<BADREQ>");
    }),
    HQ("HQ", true, (facts, out, f, s) -> {
        Request request = facts.request;
        Encoding.line(out, request.bytes(), Uris.find(request, '?'), request.receivedUriEnd(), f, false);
    }),
    HU("HU", true, (facts, out, f, s) -> {
        Request request = facts.request;
        line(out, request.bytes(), request.receivedUriStart(), request.receivedUriEnd(), f, "<BADREQ>");
    }),
    HV("HV", true, (facts, out, f, s) -> {
        boolean none = facts.request.receivedMethodEnd() == facts.request.receivedMethodStart();
        quoted(
                out,
                none
                        ? "<BADREQ>"
                        : facts.request.isHttp2()
                                ? "HTTP/2.0"
                                : facts.request.minorVersion() == 0 ? "HTTP/1.0" : "HTTP/1.1",
                f);
    }),
    ID("ID", (facts, out, f, s) -> text(out, UniqueId.of(facts), f, s)),
    ST("ST", (facts, out, f, s) -> {
        if (facts.status == 0 && s == Format.Style.LOG) {
            out.append(-1);
        } else if (facts.status == Facts.UNREADABLE) {
            out.append(0);
        } else {
            out.append(facts.status);
        }
    }),
    T("T", (facts, out, f, s) -> DateText.clfUtc(out, facts.acceptedAtMs)),
    TL("Tl", (facts, out, f, s) -> DateText.clfLocal(out, facts.acceptedAtMs)),
    T_MS("t", (facts, out, f, s) -> DateText.millis(out, facts.acceptedAtMs)),
    TR_DATE("tr", true, (facts, out, f, s) -> DateText.millis(out, requestAt(facts))),
    TRG("trg", true, (facts, out, f, s) -> DateText.clfUtc(out, requestAt(facts))),
    TRL("trl", true, (facts, out, f, s) -> DateText.clfLocal(out, requestAt(facts))),
    TS_SECONDS("Ts", (facts, out, f, s) -> number(out, facts.acceptedAtMs / 1000, f, 8)),
    MS("ms", (facts, out, f, s) -> out.appendPadded(facts.acceptedAtMs % 1000, 3)),
    TA("Ta", true, (facts, out, f, s) -> {
        soFar(facts, out);
        duration(out, start(facts), facts.endNs);
    }),
    TC("Tc", (facts, out, f, s) -> duration(out, facts.connectingNs, facts.connectedNs)),
    TD("Td", (facts, out, f, s) -> duration(out, dataStart(facts), facts.endNs)),
    TH("Th", (facts, out, f, s) -> duration(out, facts.acceptedNs, handshake(facts))),
    TI("Ti", true, (facts, out, f, s) -> duration(out, handshake(facts), start(facts))),
    TQ("Tq", true, (facts, out, f, s) -> duration(out, facts.acceptedNs, facts.requestHeadNs)),
    TR_HEADERS("TR", true, (facts, out, f, s) -> duration(out, start(facts), facts.requestHeadNs)),
    TR("Tr", true, (facts, out, f, s) -> duration(out, facts.connectedNs, facts.responseHeadNs)),
    TT("Tt", (facts, out, f, s) -> {
        soFar(facts, out);
        duration(out, facts.acceptedNs, facts.endNs);
    }),
    TU("Tu", (facts, out, f, s) -> duration(out, start(facts), facts.endNs)),
    TW("Tw", (facts, out, f, s) -> duration(out, queueStart(facts), facts.connectingNs)),
    AC("ac", (facts, out, f, s) -> out.append(facts.configuration.openSessions())),
    FC("fc", (facts, out, f, s) -> out.append(facts.frontend.meters().current())),
    BC("bc", (facts, out, f, s) -> {
        Backend backend = facts.backend;
        out.append(backend == null ? 0 : backend.meters().current());
    }),
    SC("sc", (facts, out, f, s) -> {
        Server server = facts.server;
        out.append(server == null ? 0 : server.state().meters().current());
    }),
    RC("rc", (facts, out, f, s) -> {
        if (facts.redispatched) {
            out.append('+');
        }
        out.append(facts.retries);
    }),
    SQ("sq", (facts, out, f, s) -> out.append(facts.serverQueue)),
    BQ("bq", (facts, out, f, s) -> out.append(facts.backendQueue)),
    B_NAME("b", (facts, out, f, s) -> {
        Backend backend = facts.backend;
        quoted(out, backend == null ? facts.frontend.name() : backend.name(), f);
    }),
    S("s", (facts, out, f, s) -> {
        Server server = facts.server;
        String service = facts.service;
        quoted(out, service != null ? service : server != null ? server.name() : "<NOSRV>", f);
    }),
    F("f", (facts, out, f, s) -> text(out, facts.frontend.nameBytes(), f, s)),
    FT("ft", (facts, out, f, s) -> {
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
    BI("bi", (facts, out, f, s) -> address(out, serverSource(facts), f)),
    BP("bp", (facts, out, f, s) -> port(out, serverSource(facts), f)),
    CI("ci", (facts, out, f, s) -> address(out, facts.source, f)),
    CP("cp", (facts, out, f, s) -> port(out, facts.source, f)),
    FI("fi", (facts, out, f, s) -> address(out, facts.destination, f)),
    FP("fp", (facts, out, f, s) -> port(out, facts.destination, f)),
    SI("si", (facts, out, f, s) -> {
        InetSocketAddress address = serverAddress(facts);
        if (address == null || address.getAddress() == null) {
            absent(out, f);
        } else {
            quoted(out, Endpoints.text(address.getAddress()), f);
        }
    }),
    SP("sp", (facts, out, f, s) -> {
        InetSocketAddress address = serverAddress(facts);
        if (address == null) {
            absent(out, f);
        } else {
            number(out, address.getPort(), f, 4);
        }
    }),
    LC("lc", (facts, out, f, s) -> number(out, facts.logCount, f, 4)),
    RT("rt", (facts, out, f, s) -> number(out, facts.requestCount, f, 4)),
    PID("pid", (facts, out, f, s) -> number(out, Host.PID, f, 4)),
    HR("hr", (facts, out, f, s) -> captures(out, facts.requestCaptures, f)),
    HRL("hrl", (facts, out, f, s) -> captureList(out, facts.requestCaptures, f)),
    HS("hs", (facts, out, f, s) -> captures(out, facts.responseCaptures, f)),
    HSL("hsl", (facts, out, f, s) -> captureList(out, facts.responseCaptures, f)),
    R("r", true, LogVariable::requestLine),
    SSLC("sslc", (facts, out, f, s) -> quoted(out, facts.tls == null ? none(s) : facts.tls.cipher(), f)),
    SSLV("sslv", (facts, out, f, s) -> quoted(out, facts.tls == null ? none(s) : facts.tls.protocol(), f)),
    TS("ts", (facts, out, f, s) -> {
        out.append(facts.terminationWho);
        out.append(facts.terminationWhen);
    }),
    TSC("tsc", (facts, out, f, s) -> {
        out.append(facts.terminationWho);
        out.append(facts.terminationWhen);
        out.append(facts.cookieRequest);
        out.append(facts.cookieResponse);
    });

    @FunctionalInterface
    private interface Writer {
        void write(Facts facts, Output out, Flags flags, Format.Style style);
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
    private final Writer writer;

    LogVariable(String word, Writer writer) {
        this(word, false, writer);
    }

    LogVariable(String word, boolean http, Writer writer) {
        this.word = word;
        this.http = http;
        this.writer = writer;
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

    void write(Facts facts, Output out, Flags flags, Format.Style style) {
        writer.write(facts, out, flags, style);
    }

    private static String none(Format.Style style) {
        return style == Format.Style.LOG ? "-" : "";
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
        Server server = facts.server;
        return server == null ? null : server.address();
    }

    private static Peer serverSource(Facts facts) {
        Peer peer = new Peer();
        InetSocketAddress address = facts.serverSource;
        if (address != null && address.getAddress() != null) {
            peer.set(address.getAddress().getAddress(), address.getPort());
        }
        return peer;
    }

    private static void number(Output out, long number, Flags flags, int hexDigits) {
        if (flags.hex()) {
            out.appendHex(number, hexDigits);
        } else {
            out.append(number);
        }
    }

    private static void quoted(Output out, String text, Flags flags) {
        if (flags.quote()) {
            out.append('"');
        }
        out.append(text);
        if (flags.quote()) {
            out.append('"');
        }
    }

    private static void text(Output out, byte @Nullable [] text, Flags flags, Format.Style style) {
        if (text == null) {
            quoted(out, style == Format.Style.LOG && !flags.quote() ? "-" : "", flags);
        } else {
            Encoding.line(out, text, 0, text.length, flags, false);
        }
    }

    private static void line(Output out, byte[] bytes, int start, int end, Flags flags, String otherwise) {
        if (start >= end) {
            quoted(out, otherwise, flags);
        } else {
            Encoding.line(out, bytes, start, end, flags, false);
        }
    }

    /** What stands for an address or a port that there is not. */
    private static void absent(Output out, Flags flags) {
        out.append(flags.quote() ? "\"\"" : "-");
    }

    private static void address(Output out, Peer peer, Flags flags) {
        if (peer.length() == 0) {
            absent(out, flags);
            return;
        }
        if (flags.quote()) {
            out.append('"');
        }
        byte[] address = peer.address();
        if (flags.hex()) {
            for (int i = 0; i < peer.length(); i++) {
                out.appendHex(address[i] & 0xFF, 2);
            }
        } else if (out.bytes().length - out.length() >= 46) {
            int end = peer.length() == 4
                    ? Addresses.writeIpv4(Text.int32(address, 0), out.bytes(), out.length())
                    : Addresses.writeIpv6(address, 0, out.bytes(), out.length());
            out.length(end);
        }
        if (flags.quote()) {
            out.append('"');
        }
    }

    private static void port(Output out, Peer peer, Flags flags) {
        if (peer.length() == 0) {
            absent(out, flags);
        } else {
            number(out, peer.port(), flags, 4);
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
                Encoding.line(out, value, 0, value.length, new Flags(false, false, flags.escape()), true);
            }
        }
        out.append('}');
        if (flags.quote()) {
            out.append('"');
        }
    }

    private static void captureList(Output out, byte @Nullable [] @Nullable [] captures, Flags flags) {
        if (captures == null) {
            return;
        }
        for (int i = 0; i < captures.length; i++) {
            if (i > 0) {
                out.append(' ');
            }
            byte[] value = captures[i];
            if (value == null) {
                out.append(flags.quote() ? "\"\"" : "-");
            } else {
                Encoding.line(out, value, 0, value.length, flags, true);
            }
        }
    }

    /** Marks a number that may have grown since ({@code option logasap}). */
    private static void soFar(Facts facts, Output out) {
        if (facts.frontend.accessLog().isEarly()) {
            out.append('+');
        }
    }

    private static void requestLine(Facts facts, Output out, Flags flags, Format.Style style) {
        if (flags.quote()) {
            out.append('"');
        }
        Request request = facts.request;
        Flags plain = flags.escape() ? Flags.ESCAPE : Flags.NONE;
        if (request.receivedMethodStart() == request.receivedMethodEnd()) {
            out.append("<BADREQ>");
        } else {
            Encoding.line(
                    out, request.bytes(), request.receivedMethodStart(), request.receivedMethodEnd(), plain, false);
            out.append(' ');
            Encoding.line(out, request.bytes(), request.receivedUriStart(), request.receivedUriEnd(), plain, false);
            int rest = request.loggedRest();
            if (rest <= 0) {
                // tune.http.logurilen is used up
            } else if (request.lineEnd() > request.lineStart()) {
                out.append(' '); // the version as the client wrote it
                int version = request.lineEnd() - 8;
                Encoding.line(out, request.bytes(), version, version + Math.min(8, rest - 1), plain, false);
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
        static int find(Request request, char wanted) {
            for (int i = request.receivedUriStart(); i < request.receivedUriEnd(); i++) {
                if (request.bytes()[i] == wanted) {
                    return i;
                }
            }
            return request.receivedUriEnd();
        }

        static int pathStart(Request request) {
            byte[] bytes = request.bytes();
            int start = request.receivedUriStart();
            int end = request.receivedUriEnd();
            if (start < end && bytes[start] != '/') {
                for (int i = start; i + 2 < end; i++) {
                    if (bytes[i] == ':' && bytes[i + 1] == '/' && bytes[i + 2] == '/') {
                        int slash = i + 3;
                        while (slash < end && bytes[slash] != '/') {
                            slash++;
                        }
                        return slash;
                    }
                }
            }
            return start;
        }
    }
}
