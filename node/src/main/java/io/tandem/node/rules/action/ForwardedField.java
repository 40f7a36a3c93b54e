// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import io.tandem.node.rules.Action;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Verdict;
import io.tandem.node.rules.action.ForwardedLines.Element;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.rules.sample.Output;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.SampleType;
import io.tandem.node.rules.sample.Text;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Adds {@code Forwarded} to a request: {@code proto=http;host="h";by="192.0.2.1:80";for=192.0.2.2} (RFC 7239). */
final class ForwardedField implements Action {
    private static final byte[] NAME = Text.bytes("forwarded");
    private static final byte[] UNKNOWN = Text.bytes("unknown");
    private static final int LONGEST_PORT = 5;

    private final boolean tellsProtocol;
    private final @Nullable Expression host;
    private final @Nullable Expression by;
    private final @Nullable Expression byPort;
    private final @Nullable Expression client;
    private final @Nullable Expression clientPort;

    ForwardedField(boolean tellsProtocol, Map<Element, Expression> elements) {
        this.tellsProtocol = tellsProtocol;
        host = elements.get(Element.HOST);
        by = elements.get(Element.BY);
        byPort = elements.get(Element.BY_PORT);
        client = elements.get(Element.FOR);
        clientPort = elements.get(Element.FOR_PORT);
    }

    @Override
    public Verdict perform(Facts facts) {
        Output out = facts.scratch.output;
        out.clear();
        if (tellsProtocol) {
            out.append(facts.tls == null ? "proto=http" : "proto=https");
        }
        if (host != null) {
            host(host, facts, out);
        }
        node("by=", by, byPort, facts, out);
        node("for=", client, clientPort, facts, out);
        return out.isCut() ? Verdict.CONTINUE : Edits.add(facts, false, NAME, out.bytes(), 0, out.length());
    }

    private static void begin(String name, Output out) {
        if (out.length() > 0) {
            out.append(';');
        }
        out.append(name);
    }

    /** Always quoted: a port makes it more than a token. */
    private static void host(Expression source, Facts facts, Output out) {
        Sample value = facts.scratch.value;
        if (!source.evaluateAs(SampleType.STRING, facts, value)) {
            return;
        }
        begin("host=\"", out);
        for (int i = value.start; i < value.end; i++) {
            byte b = value.bytes[i];
            if (b == '"' || b == '\\') {
                out.append('\\');
            }
            if ((b >= ' ' && b != 0x7f) || b == '\t' || b < 0) { // what a quoted string may hold
                out.append(value.bytes, i, i + 1);
            }
        }
        out.append('"');
    }

    /** A node: an address or an obfuscated name, perhaps with a port; quoted where it is no token. */
    private static void node(
            String name, @Nullable Expression address, @Nullable Expression port, Facts facts, Output out) {
        if (address == null) {
            return;
        }
        begin(name, out);
        Sample value = facts.scratch.value;
        boolean known = address.evaluateAs(SampleType.STRING, facts, value);
        boolean v6 = known && isV6(value);
        boolean quoted = v6 || port != null;
        if (quoted) {
            out.append('"');
        }
        if (!known) {
            out.append(UNKNOWN);
        } else if (v6) {
            out.append('[');
            out.append(value.bytes, value.start, value.end);
            out.append(']');
        } else {
            obfuscated(value, isV4(value) || isUnknown(value), out);
        }
        if (port != null) {
            port(port, facts, out);
        }
        if (quoted) {
            out.append('"');
        }
    }

    private static boolean isV6(Sample value) {
        boolean colon = false;
        for (int i = value.start; i < value.end; i++) {
            byte b = value.bytes[i];
            colon |= b == ':';
            if (b != ':' && b != '.' && Character.digit(b, 16) < 0) {
                return false;
            }
        }
        return colon;
    }

    private static boolean isV4(Sample value) {
        int dots = 0;
        for (int i = value.start; i < value.end; i++) {
            byte b = value.bytes[i];
            dots += b == '.' ? 1 : 0;
            if (b != '.' && (b < '0' || b > '9')) {
                return false;
            }
        }
        return dots == 3;
    }

    private static boolean isUnknown(Sample value) {
        return Text.equals(value.bytes, value.start, value.end, UNKNOWN, false);
    }

    private static void port(Expression source, Facts facts, Output out) {
        Sample value = facts.scratch.value;
        if (!source.evaluateAs(SampleType.STRING, facts, value) || value.length() == 0) {
            return;
        }
        boolean number = value.length() <= LONGEST_PORT;
        for (int i = value.start; i < value.end; i++) {
            number &= value.bytes[i] >= '0' && value.bytes[i] <= '9';
        }
        out.append(':');
        obfuscated(value, number, out);
    }

    /** RFC 7239 section 6.3: an underscore in front of letters, digits and {@code ._-}; anything else is not told. */
    private static void obfuscated(Sample value, boolean plain, Output out) {
        for (int i = value.start; !plain && i < value.end; i++) {
            byte b = value.bytes[i];
            boolean fits = (b > 0 && Character.isLetterOrDigit(b)) || b == '.' || b == '_' || b == '-';
            if (!fits) {
                out.append(UNKNOWN);
                return;
            }
        }
        if (!plain && (value.length() == 0 || value.bytes[value.start] != '_')) {
            out.append('_');
        }
        out.append(value.bytes, value.start, value.end);
    }
}
